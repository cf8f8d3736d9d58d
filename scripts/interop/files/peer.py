"""Reads the segments of an experiment as they lie on disk and reports what is in them, as JSON on standard output:

    python peer.py <pandas | pyarrow | polars | duckdb> <folder of events>
"""

import json
import math
import sys
from pathlib import Path

READER, EVENTS = sys.argv[1], Path(sys.argv[2])
NULLABLE = ["latency_ms", "cost_usd", "success", "model", "sample_id", "loss", "trace_id", "input_tokens"]
TYPED = ["event_name", "timestamp", "sequence", "latency_ms", "success", "tags", "measurements", "metadata"]
SUMMED = ["latency_ms", "cost_usd", "input_tokens"]

sealed = sorted(EVENTS.glob("*.parquet"))
# A live segment whose sealed form is there says nothing new.
live = sorted(path for path in EVENTS.glob("*.jsonl") if not path.with_suffix(".parquet").exists())


def spelled(value):
    if value is None:
        return None
    value = float(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 and math.copysign(1, value) < 0:
        return "-0"
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def nested(value):
    """A nested value with its numbers spelled."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return spelled(value)
    if isinstance(value, dict):
        return {key: nested(each) for key, each in value.items()}
    return [nested(each) for each in value]


def microseconds(value):
    """Whole microseconds since the epoch of what the reader takes for a time."""
    if isinstance(value, int):
        return value
    if hasattr(value, "value") and hasattr(value, "as_unit"):
        return value.as_unit("us").value
    from datetime import datetime, timedelta, timezone

    return (value - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(microseconds=1)


def part(columns, types):
    """A report from columns as lists in which None is null and NaN is NaN."""
    objects = columns["nested"] if "nested" in columns else [
        {name: nested(json.loads(value) if isinstance(value, str) else value) for name, value in pair.items()}
        for pair in (
            {"measurements": m, "metadata": d} for m, d in zip(columns["measurements"], columns["metadata"])
        )
    ]
    return {
        "rows": len(columns["sequence"]),
        "nulls": {name: sum(value is None for value in columns[name]) for name in NULLABLE},
        "types": types,
        "timestamps": [microseconds(value) for value in columns["timestamp"]],
        "sums": {name: math.fsum(value for value in columns[name] if value is not None) for name in SUMMED},
        "numbers": [spelled(value) for value in columns["loss"]],
        "texts": list(columns["sample_id"]),
        "lists": [None if value is None else list(value) for value in columns["tags"]],
        "nested": objects,
    }


def arrow_types(schema):
    names = {"large_string": "string", "string_view": "string"}
    short = lambda type: str(type).replace("tz=", "").replace("large_string", "string").replace("string_view", "string")
    types = {}
    for name in TYPED:
        type = schema.field(name).type
        text = names.get(str(type), short(type))
        if text.startswith(("list<", "large_list<")):
            text = f"list<{short(type.value_type)}>"
        types[name] = text
    return types


def from_arrow(table):
    return part({name: table.column(name).to_pylist() for name in table.column_names}, arrow_types(table.schema))


def with_pyarrow():
    import pyarrow as pa
    import pyarrow.parquet as pq

    return {
        "sealed": from_arrow(pa.concat_tables([pq.read_table(path) for path in sealed])),
        "live": {"skipped": "its JSON reader takes no value whose type changes"},
    }


def with_pandas():
    import pandas as pd
    import pyarrow as pa

    frame = pd.concat([pd.read_parquet(path, dtype_backend="pyarrow") for path in sealed])
    table = pa.table({name: pa.chunked_array(frame[name].array.__arrow_array__()) for name in frame.columns})
    report = from_arrow(table)
    # pandas.read_json refuses numbers below 1e-308 and takes missing values for NaN.
    rows = [json.loads(line) for path in live for line in path.read_text(encoding="utf-8").split("\n")[:-1]]
    lines = pd.DataFrame(rows, dtype=object)
    for name in set(NULLABLE) - set(lines.columns):
        lines[name] = None
    lines = lines.where(lines.notna(), None)
    columns = {name: lines[name].tolist() for name in lines.columns}
    return {"sealed": report, "live": part(columns, None)}


def with_polars():
    import polars as pl

    frame = pl.concat([pl.read_parquet(path) for path in sealed])
    types = {"String": "string", "Int64": "int64", "Float64": "double", "Boolean": "bool", "List(String)": "list<string>"}
    types["Datetime(time_unit='us', time_zone='UTC')"] = "timestamp[us, UTC]"
    names = {name: types.get(str(frame.schema[name]), str(frame.schema[name])) for name in TYPED}
    # Nested values stay text: their keys differ from line to line.
    schema = {name: dtype for name, dtype in frame.schema.items()}
    schema.update(timestamp=pl.Int64, loss=pl.String)
    lines = pl.concat([pl.read_ndjson(path, schema=schema) for path in live])
    lines = lines.with_columns(pl.col("loss").cast(pl.Float64))
    columns = lines.to_dict(as_series=False)
    columns["nested"] = {"skipped": "what it makes of a nested value is no JSON where a text has control characters"}
    return {"sealed": part(frame.to_dict(as_series=False), names), "live": part(columns, None)}


def with_duckdb():
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    parquet = connection.read_parquet([str(path) for path in sealed])
    described = dict(zip(parquet.columns, (str(type) for type in parquet.types)))
    types = {"VARCHAR": "string", "BIGINT": "int64", "DOUBLE": "double", "BOOLEAN": "bool", "VARCHAR[]": "list<string>"}
    types["TIMESTAMP WITH TIME ZONE"] = "timestamp[us, UTC]"
    columns = {name: "BIGINT" if name == "timestamp" else type for name, type in described.items()}

    def fetched(sql, parameters):
        result = connection.execute(sql, parameters)
        names = [each[0] for each in result.description]
        return {name: list(values) for name, values in zip(names, zip(*result.fetchall()))}

    return {
        "sealed": part(
            fetched(
                "SELECT * REPLACE (epoch_us(timestamp) AS timestamp) FROM read_parquet($files)",
                {"files": [str(path) for path in sealed]},
            ),
            {name: types.get(described[name], described[name]) for name in TYPED},
        ),
        "live": part(
            fetched(
                "SELECT * FROM read_json($files, format = 'newline_delimited', columns = $columns, ignore_errors = true) "
                "WHERE sequence IS NOT NULL",
                {"files": [str(path) for path in live], "columns": columns},
            ),
            None,
        ),
    }


readers = {"pandas": with_pandas, "pyarrow": with_pyarrow, "polars": with_polars, "duckdb": with_duckdb}
json.dump(readers[READER](), sys.stdout)
