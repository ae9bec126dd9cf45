"""InterCode's files of tasks, as `env.data_loader` gives them."""

from __future__ import annotations

import csv
import json
import math
import random
import sys
from pathlib import Path
from typing import Any

Record = dict[str, Any]


class IntercodeDataLoader:
    """
    Records of a `.json`, `.csv` or `.tsv` file with a `query` and usually a `gold` each; `.pickle` needs pandas.

    Raises `OSError` if the file does not exist, `ValueError` if it is of another kind or a record has no `query`.
    """

    def __init__(self, data_path: str) -> None:
        self.data_path = data_path
        self.data = [_without_nan(record) for record in _records(Path(data_path))]
        if not all("query" in record for record in self.data):
            raise ValueError("Data must have 'query' column/field")

    def get(self, index: int | None = None) -> Record:
        """The record with this index, or a random one."""
        return dict(self.data[self.random_index() if index is None else index])

    def random_index(self) -> int:
        """Drawn as InterCode does, from NumPy, so that a program that seeds NumPy gets the same tasks."""
        numpy = sys.modules.get("numpy")
        if numpy is None:
            return random.randrange(len(self.data))
        return int(numpy.random.randint(0, len(self.data)))

    def __len__(self) -> int:
        return len(self.data)


def _records(path: Path) -> list[Record]:
    if not path.exists():
        raise OSError(f"Invalid file path: {path}")
    if path.suffix == ".json":
        content = json.loads(path.read_text(encoding="utf-8"))
        return content if isinstance(content, list) else _of_columns(content)
    if path.suffix in (".csv", ".tsv"):
        with path.open(newline="", encoding="utf-8") as file:
            rows = csv.DictReader(file, delimiter="," if path.suffix == ".csv" else "\t")
            return [{key: _number(value) for key, value in row.items() if value != ""} for row in rows]
    if path.suffix in (".pickle", ".pkl"):
        import pandas  # type: ignore[import-untyped,import-not-found,unused-ignore]

        table: list[Record] = pandas.read_pickle(path).to_dict("records")
        return table
    raise ValueError(f"File type is not supported: {path}")


def _of_columns(columns: dict[str, dict[str, Any]]) -> list[Record]:
    """A table whose columns have their values by row, as pandas writes one."""
    rows: dict[str, Record] = {}
    for name, values in columns.items():
        for row, value in values.items():
            rows.setdefault(row, {})[name] = value
    return list(rows.values())


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def _without_nan(record: Record) -> Record:
    return {key: value for key, value in record.items() if not (isinstance(value, float) and math.isnan(value))}
