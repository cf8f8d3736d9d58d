# Reads the segments of an experiment as they lie on disk, with what this R has, and reports what is in them, as JSON on
# standard output:
#
#   Rscript peer.R <arrow | duckdb | csv> <folder of events, or a CSV file that this library has exported>
arguments <- commandArgs(trailingOnly = TRUE)
reader <- arguments[1]
place <- arguments[2]
nullable <- c("latency_ms", "cost_usd", "success", "model", "sample_id", "loss", "trace_id", "input_tokens")
summed <- c("latency_ms", "cost_usd", "input_tokens")

quoted <- function(text) paste0('"', text, '"')
object <- function(values) paste0("{", paste0(quoted(names(values)), ":", values, collapse = ","), "}")
spelled <- function(x) {
  # In R a missing number is a NaN too: is.nan tells them apart.
  ifelse(is.na(x) & !is.nan(x), "null",
    ifelse(is.nan(x), '"NaN"',
      ifelse(is.infinite(x), ifelse(x > 0, '"Infinity"', '"-Infinity"'),
        ifelse(x == 0 & 1 / x < 0, '"-0"', sprintf("%.17g", x)))))
}
part <- function(frame, micros) {
  nulls <- sapply(nullable, function(name) {
    column <- frame[[name]]
    if (is.null(column)) nrow(frame) else sum(is.na(column) & !(is.numeric(column) & is.nan(column)))
  })
  sums <- sapply(summed, function(name) sprintf("%.17g", sum(frame[[name]], na.rm = TRUE)))
  fields <- c(rows = nrow(frame), nulls = object(nulls), sums = object(sums))
  fields["numbers"] <- paste0("[", paste(spelled(frame$loss), collapse = ","), "]")
  if (!is.null(micros)) fields["timestamps"] <- paste0("[", paste(sprintf("%.0f", micros), collapse = ","), "]")
  object(fields)
}

if (reader == "csv") {
  # Texts are not counted: an empty one and a missing one look alike in a CSV.
  nullable <- setdiff(nullable, "sample_id")
  frame <- read.csv(place, na.strings = "", encoding = "UTF-8", skipNul = TRUE)
  frame$loss <- as.numeric(frame$loss)
  cat(object(c(all = part(frame, NULL))))
} else {
  files <- sort(list.files(place, pattern = "\\.parquet$", full.names = TRUE))
  if (reader == "arrow") {
    frame <- do.call(rbind, lapply(files, function(file) as.data.frame(arrow::read_parquet(file))))
  } else {
    connection <- DBI::dbConnect(duckdb::duckdb())
    frame <- DBI::dbGetQuery(connection, paste0("SELECT * FROM read_parquet([", paste0("'", files, "'", collapse = ","), "])"))
    DBI::dbDisconnect(connection, shutdown = TRUE)
  }
  # Doubles hold microseconds of this century to a quarter of one.
  cat(object(c(sealed = part(frame, round(as.numeric(frame$timestamp) * 1e6)))))
}
