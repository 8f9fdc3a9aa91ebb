"""What DuckDB and pandas read of a manifest, as JSON: read_manifest.py PARQUET JSONL"""

import json
import sys

import duckdb
import pandas

parquet, lines = sys.argv[1:]
query = "select count(*), min(image_id), sum(frame_index), sum(pts), round(sum(sharpness), 6), min(image_name), sum(cast(json_extract(labels, '$.car') as int)) from "
frame = pandas.read_parquet(parquet)
print(
    json.dumps(
        {
            "duckdb": duckdb.sql(query + f"'{parquet}'").fetchone(),
            "lines": duckdb.sql(query + f"'{lines}'").fetchone(),
            "columns": list(frame.columns),
            "types": [str(kind) for kind in frame.dtypes],
            "pandas": [len(frame), int(frame.image_id.min()), int(frame.frame_index.sum()), int(frame.pts.sum())],
            "nulls": int(frame.note.isna().sum()),
        }
    )
)
