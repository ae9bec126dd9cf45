"""
Reads what `stepwell trajectories export` wrote, by the programs that others read it with.

    stepwell trajectories export sft --out exports/sft.jsonl
    (and dpo.jsonl, atif.jsonl, matrix.jsonl, csv.csv, parquet.parquet)
    pip install pyarrow duckdb datasets pydantic
    python read_exports.py exports [folder with harbor/models/trajectories of the package harbor]

It needs no server. A format whose file is missing is left out, and said so.
"""

import json
import sys
from pathlib import Path


def read_parquet(path: Path) -> str:
    import duckdb
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path)
    counted = duckdb.sql(f"SELECT count(*), avg(reward) FROM '{path}'").fetchall()[0]
    assert counted[0] == table.num_rows
    for text in table.column("messages").to_pylist():
        assert json.loads(text)[0]["role"] == "user"
    return f"{table.num_rows} rows, {table.num_columns} columns, mean reward {counted[1]}"


def read_csv(path: Path) -> str:
    import duckdb

    rows = duckdb.sql(f"SELECT count(*), avg(reward) FROM read_csv('{path}', header = true)").fetchall()[0]
    return f"{rows[0]} rows, mean reward {rows[1]}"


def read_conversations(path: Path) -> str:
    from datasets import load_dataset

    rows = load_dataset("json", data_files=str(path), split="train")
    for row in rows:
        messages = row["messages"] if "messages" in row else row["prompt"] + row["chosen"]
        assert [message["role"] for message in messages] == ["user", "assistant"] * (len(messages) // 2)
        assert "chosen_reward" not in row or row["chosen_reward"] > row["rejected_reward"]
    return f"{len(rows)} rows with {sorted(rows.column_names)}"


def read_matrix(path: Path) -> str:
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    for row in rows:
        assert len(row["passed"]) == len(row["tests"])
        assert all(len(line) == len(row["solutions"]) for line in row["passed"])
    return f"{len(rows)} tasks"


def read_atif(path: Path) -> str:
    from harbor.models.trajectories.trajectory import Trajectory

    found = [Trajectory.model_validate_json(line) for line in path.read_text().splitlines()]
    return f"{len(found)} trajectories, {sum(len(one.steps) for one in found)} steps"


READERS = {
    "parquet.parquet": read_parquet,
    "csv.csv": read_csv,
    "sft.jsonl": read_conversations,
    "dpo.jsonl": read_conversations,
    "matrix.jsonl": read_matrix,
    "atif.jsonl": read_atif,
}


def main(folder: str, *paths: str) -> None:
    sys.path[:0] = paths
    for name, read in READERS.items():
        path = Path(folder) / name
        print(f"{name}: {read(path) if path.exists() else 'there is no such file'}")


if __name__ == "__main__":
    main(*sys.argv[1:])
