import { duckdbSnippet } from './sql.ts';

// DuckDB reads the files the same way in every language; these hand it the SQL and take the result as a data frame.

/** R with the packages DBI and duckdb that reads one experiment's folder into the data frame `events`. */
export function rSnippet(folder: string): string {
  return `# install.packages("duckdb")
library(DBI)
con <- dbConnect(duckdb::duckdb())
statements <- r"---(
${setup(folder)})---"
for (statement in strsplit(statements, ";\\n", fixed = TRUE)[[1]]) if (nzchar(trimws(statement))) dbExecute(con, statement)
events <- dbGetQuery(con, "FROM events")
dbDisconnect(con, shutdown = TRUE)
# measurements and metadata are JSON text: jsonlite::fromJSON(events$metadata[1])

print(aggregate(cbind(events = sequence) ~ event_name, events, length))
`;
}

/** Julia with the packages DuckDB and DataFrames that reads one experiment's folder into the data frame `events`. */
export function juliaSnippet(folder: string): string {
  return `# using Pkg; Pkg.add(["DuckDB", "DataFrames"])
using DuckDB, DataFrames
con = DBInterface.connect(DuckDB.DB, ":memory:")
statements = raw"""
${setup(folder)}"""
for statement in split(statements, ";\\n"; keepempty = false)
    isempty(strip(statement)) || DBInterface.execute(con, String(statement))
end
events = DataFrame(DBInterface.execute(con, "FROM events"))
# measurements and metadata are JSON text: JSON3.read(events.metadata[1])

println(combine(groupby(events, :event_name), nrow => :events))
`;
}

// Without comments, and without the query at the end.
function setup(folder: string): string {
  const lines = duckdbSnippet(folder)
    .split('\n')
    .filter((line) => !line.startsWith('--'));
  return `${lines.join('\n').split('SELECT event_name')[0]!.trim()}\n`;
}
