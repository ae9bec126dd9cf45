"""Episodes on SQLite: a file in the layer, opened anew for each episode."""

import base64
import os
import sqlite3
import time
from collections.abc import Iterable
from typing import Any

from result import Caps, Outcomes, floating, integer
from sqlite_guard import Guard
from sqlite_statements import statements

FOLDER = "/srv/sql/sqlite"
# Opening a file for writing copies it into the layer, which is small; larger files are read-only.
_MOST_WRITABLE = 48 << 20
_STEPS_BETWEEN_LOOKS = 1000
# A message may quote the statement, or come from the agent.
_LONGEST_MESSAGE = 1 << 16
# Offset of the change counter in SQLite's file header.
_CHANGES = slice(24, 28)
_STATES = {sqlite3.SQLITE_CONSTRAINT: "23000", sqlite3.SQLITE_AUTH: "42501", sqlite3.SQLITE_READONLY: "25006"}


class SqliteDriver:
    """One connection per episode."""

    def __init__(self, folder: str = FOLDER) -> None:
        self._folder = folder
        self._connection = None
        self._guard = None
        self._file = None
        self._before = None
        self._deadline = 0.0
        self._late = False
        self._answer = None

    def begin(self, request: dict) -> dict:
        """Open the task's database; reports if it is missing."""
        self._close()
        self._answer = None
        self._file = os.path.join(self._folder, f"{request['database']}.db")
        if not os.path.exists(self._file):
            return {"missing": True}
        self._before = self._stamp()
        mode = "rw" if self._before[0] <= _MOST_WRITABLE else "ro"
        path = self._file.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
        self._connection = sqlite3.connect(
            f"file:{path}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False, cached_statements=0
        )
        self._connection.text_factory = _text
        self._guard = Guard(self._connection)
        return {}

    def execute(self, request: dict) -> dict:
        """Run the agent's statements with one common deadline."""
        self._deadline = time.monotonic() + request["timeout_ms"] / 1000
        self._late = False
        outcomes = Outcomes(Caps.of(request))
        error = None
        # Only the agent's statements have a deadline.
        self._connection.set_progress_handler(self._look, _STEPS_BETWEEN_LOOKS)
        try:
            self._run(request["sql"], request["several"], outcomes)
        except sqlite3.Error as complaint:
            error = _told(complaint)
        except Exception as complaint:  # only the statements can be the cause
            message = str(complaint)[:_LONGEST_MESSAGE] or "out of memory"
            error = {"code": 1, "state": "HY000", "message": message}
        finally:
            self._connection.set_progress_handler(None, 0)
        if error is None:
            self._answer = outcomes.answer() or self._answer
        return {**outcomes.told(), "error": error, "timed_out": self._late, "restarted": False}

    def answer(self, _request: dict) -> dict:
        """The kept rows of the last statement."""
        return {"rows": self._answer.all_rows()}

    def finish(self, _request: dict) -> dict:
        """Close the connection, and report whether the database is unchanged."""
        wrote = self._guard is None or self._guard.wrote
        self._close()
        return {"pristine": not wrote and self._stamp() == self._before}

    def schema(self, _request: dict) -> dict:
        """Tables, columns and types of the database."""
        ask = self._connection.execute
        names = ask(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
            " ORDER BY name"
        ).fetchall()
        return {
            "tables": [
                {
                    "name": name,
                    "columns": ask("SELECT name, type FROM pragma_table_info(?) ORDER BY cid", (name,)).fetchall(),
                }
                for (name,) in names
            ]
        }

    def _run(self, text: str, several: bool, outcomes: Outcomes) -> None:
        parts = list(statements(text)) if several else [text]
        if not parts:
            raise sqlite3.ProgrammingError("Query was empty")
        for part in parts:
            cursor = self._connection.execute(part)
            if cursor.description is None:
                outcomes.done(max(cursor.rowcount, 0))
                continue
            outcome = outcomes.begin([column[0] for column in cursor.description], _values)
            for row in cursor:
                if outcome.wants():
                    outcome.keep(row, sum(map(_length, row)))
                else:
                    outcome.count += 1
                if outcome.count & 1023 == 0 and self._look():
                    cursor.close()
                    raise sqlite3.OperationalError("interrupted")

    def _look(self) -> bool:
        self._late = self._late or time.monotonic() > self._deadline
        return self._late

    def _stamp(self) -> tuple:
        """Identity of the database's content: a transaction that writes changes the header's counter and the file."""
        found = os.stat(self._file)
        with open(self._file, "rb") as file:
            changes = file.read(100)[_CHANGES]
        names = sorted(name for name in os.listdir(self._folder) if name.startswith(os.path.basename(self._file)))
        return found.st_size, found.st_mtime_ns, changes, names

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


def _value(value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if isinstance(value, int):
        return integer(value)
    if isinstance(value, float):
        return floating(value)
    return {"b": base64.b64encode(value).decode()}


def _values(row: Iterable) -> list:
    return [_value(value) for value in row]


def _length(value: Any) -> int:
    """The length that `result.Outcome.keep` expects."""
    if isinstance(value, str):
        return 1 + (len(value) if value.isascii() else len(value.encode("utf-8", "surrogateescape")))
    return 1 + len(value) if isinstance(value, bytes) else 1


def _told(complaint: sqlite3.Error) -> dict:
    code = getattr(complaint, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    message = str(complaint)[:_LONGEST_MESSAGE]
    state = _STATES.get(code & 0xFF, "42000" if "syntax error" in message else "HY000")
    return {"code": code, "state": state, "message": message}
