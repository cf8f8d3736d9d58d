import { join } from 'node:path';
import { FIELDS, type FieldType } from '../../record/fields.ts';

/** Python with pandas (and pyarrow) that reads one experiment's folder into the frame `events`. */
export function pandasSnippet(folder: string): string {
  return `import json
from pathlib import Path

import pandas as pd

folder = Path(${python(join(folder, 'events'))})
${SEGMENTS}

fields = ${list(FIELD_TYPES)}
${READ_LINES}


frames = [pd.read_parquet(file) for file in sealed]
for file in live:
    rows = read_lines(file)
    if rows:
        frames.append(pd.DataFrame(rows).assign(timestamp=lambda frame: pd.to_datetime(frame["timestamp"], unit="us", utc=True)))
events = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
# A live segment leaves out what none of its records has.
events = events.reindex(columns=[*events.columns, *(name for name in fields if name not in events.columns)])
# measurements and metadata are JSON text: events["metadata"].map(json.loads)

print(events.groupby("event_name").agg(events=("sequence", "size"), mean_latency_ms=("latency_ms", "mean")) if len(events) else "no events")
`;
}

/** Python with polars that reads one experiment's folder into the frame `events`. */
export function polarsSnippet(folder: string): string {
  const schema = FIELDS.map(({ name, type }) => `    "${name}": ${POLARS[type]},`).join('\n');
  return `import json
from pathlib import Path

import polars as pl

folder = Path(${python(join(folder, 'events'))})
${SEGMENTS}

schema = {
${schema}
}

${READ_LINES}


time = pl.Datetime("us", "UTC")
frames = [pl.read_parquet(file).with_columns(pl.col("timestamp").dt.convert_time_zone("UTC").cast(time)) for file in sealed]
for file in live:
    frames.append(pl.DataFrame(read_lines(file), schema=schema).with_columns(pl.col("timestamp").cast(time)))
events = pl.concat(frames, how="diagonal") if frames else pl.DataFrame(schema=schema)
# measurements and metadata are JSON text: events["metadata"].str.json_path_match("$.tokens.prompt")

print(events.group_by("event_name").agg(pl.len().alias("events"), pl.col("latency_ms").mean().alias("mean_latency_ms")).sort("event_name"))
`;
}

const POLARS: Readonly<Record<FieldType, string>> = {
  string: 'pl.String',
  number: 'pl.Float64',
  integer: 'pl.Int64',
  boolean: 'pl.Boolean',
  timestamp: 'pl.Int64',
  strings: 'pl.List(pl.String)',
  object: 'pl.String',
};

const SEGMENTS = `# Finished segments are Parquet. A live one, in JSON Lines, counts only while no Parquet file of its name is there.
live = sorted(folder.glob("*.jsonl"))
sealed = sorted(folder.glob("*.parquet"))
live = [file for file in live if file.with_suffix(".parquet") not in sealed]`;

const READ_LINES = `numbers = ${list(['number'])}


def read_lines(file):
    data = file.read_bytes()
    # The last line may be half written: read up to the last line end.
    rows = [json.loads(line) for line in data[: data.rfind(b"\\n") + 1].split(b"\\n") if line]
    for row in rows:
        for name in ("measurements", "metadata"):
            row[name] = json.dumps(row[name])
        for name in numbers:
            # NaN and infinities are text in JSON.
            if isinstance(row.get(name), str):
                row[name] = float(row[name])
    return rows`;

const FIELD_TYPES: readonly FieldType[] = ['string', 'number', 'integer', 'boolean', 'timestamp', 'strings', 'object'];

function list(types: readonly FieldType[]): string {
  const names = FIELDS.filter(({ type }) => types.includes(type)).map(({ name }) => `"${name}"`);
  const lines: string[] = [];
  for (let i = 0; i < names.length; i += 6) lines.push(`    ${names.slice(i, i + 6).join(', ')},`);
  return `[\n${lines.join('\n')}\n]`;
}

// A JSON string is one of Python too.
function python(text: string): string {
  return JSON.stringify(text);
}
