"""Episodes on a MySQL server: the agent's connection, and a second one that watches it."""

import hashlib
import re
import time
from functools import partial

from mysql_server import Server, ServerFault
from mysql_text import without_tail
from mysql_values import converter, row_values
from mysql_watch import server_state
from mysql_wire import ConnectionLost, Done, Rows, ServerError, Wire
from result import Caps, Outcomes

_GRACE_S = 2.0
_CONTROL_S = 3.0
_GONE = {"code": 2006, "state": "HY000", "message": "MySQL server has gone away"}
_LOST = {"code": 2013, "state": "HY000", "message": "Lost connection to server during query"}
_COLUMNS = (
    "SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE FROM information_schema.COLUMNS"
    " WHERE TABLE_SCHEMA = {} ORDER BY TABLE_NAME, ORDINAL_POSITION"
)
_ALL = "stepwell:all"
_DENIED = re.compile(
    r"(?:for table `(?P<database>(?:[^`]|``)+)`\.`(?P<table>(?:[^`]|``)+)`|to database '(?P<other>.+)')$", re.DOTALL
)


class MysqlDriver:
    """One server per layer, and one connection of the agent per episode."""

    def __init__(self) -> None:
        self._server = Server()
        self._server.start()
        self._control = self._server.connect("root", None)
        self._agent = None
        self._account = None
        self._baseline = None
        self._marred = False
        self._late_calls = 0
        self._answer = None

    def begin(self, request: dict) -> dict:
        """Connect the agent to one database or to all of them; reports if the database is missing."""
        database = request["database"]
        user = _ALL if request["all_databases"] else _account_of(database)
        self._drop_agent()
        self._answer = None
        if self._baseline is None:
            self._baseline = server_state(self._ask, self._control.mariadb)
        self._account = (user, database, request["several"])
        try:
            self._agent = self._connect()
        except ServerError:
            if self._exists(database):
                raise
            return {"missing": True}
        return {}

    def execute(self, request: dict) -> dict:
        """Run the agent's statements with one common deadline."""
        began = time.monotonic()
        self._late_calls = 0
        outcomes = Outcomes(Caps.of(request))
        error, restarted = None, False
        if self._agent is None:
            return {**outcomes.told(), "error": _GONE, "timed_out": False, "restarted": True}
        try:
            self._agent.deadline = began + request["timeout_ms"] / 1000
            text = request["sql"]
            for one in self._agent.run(without_tail(text) if request["several"] else text):
                self._read(one, outcomes)
        except ServerError as complaint:
            error = self._told(complaint)
        except ConnectionLost:
            error, restarted = _LOST, True
            self._renew()
        except Exception as complaint:  # only the statements can be the cause
            error, restarted = {"code": 2027, "state": "HY000", "message": f"Malformed packet: {complaint}"}, True
            self._renew()
        if self._late_calls and not restarted:
            self._calm()
        if error is None:
            self._answer = outcomes.answer() or self._answer
        return {
            **outcomes.told(),
            "error": error,
            "timed_out": self._late_calls > 0,
            "restarted": restarted,
        }

    def answer(self, _request: dict) -> dict:
        """The kept rows of the last statement."""
        return {"rows": self._answer.all_rows()}

    def finish(self, _request: dict) -> dict:
        """Close the agent's connection, and report whether the server is unchanged."""
        self._drop_agent()
        end = time.monotonic() + _GRACE_S
        while not self._marred:
            state = server_state(self._ask, self._control.mariadb)
            if state.agents == 0:
                return {"pristine": state == self._baseline}
            if time.monotonic() > end:
                break
        return {"pristine": False}

    def schema(self, request: dict) -> dict:
        """Tables, columns and types of a database."""
        rows = self._ask(_COLUMNS.format(_quoted(request["database"])))
        tables = {}
        for table, column, kind in rows:
            tables.setdefault(table, []).append([column, kind])
        return {"tables": [{"name": name, "columns": columns} for name, columns in tables.items()]}

    def _told(self, complaint: ServerError) -> dict:
        """
        The error as an account with all rights would get it, if the agent has rights on every database: then a missing
        database is not a question of rights.
        """
        code, state, message = complaint.code, complaint.state, complaint.message
        denied = _DENIED.search(message) if self._account[0] == _ALL and code in (1044, 1142) else None
        if denied is None:
            return {"code": code, "state": state, "message": message}
        database, table = denied["database"] or denied["other"], denied["table"]
        if self._exists(database):
            return {"code": code, "state": state, "message": message}
        if table is None:
            return {"code": 1049, "state": "42000", "message": f"Unknown database '{database}'"}
        return {"code": 1146, "state": "42S02", "message": f"Table '{database}.{table}' doesn't exist"}

    def _exists(self, database: str) -> bool:
        found = self._ask(f"SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {_quoted(database)}")
        return bool(found)

    def _read(self, one: Done | Rows, outcomes: Outcomes) -> None:
        if not isinstance(one, Rows):
            outcomes.done(one.affected)
            return
        converters = [converter(column) for column in one.columns]
        names = [column.name for column in one.columns]
        outcome = outcomes.begin(names, partial(row_values, converters=converters))
        for packet in one:
            if outcome.wants():
                outcome.keep(packet, len(packet))
            else:
                outcome.count += 1

    def _late(self) -> None:
        """The deadline has passed: end the statement, and the connection if that does not help."""
        self._late_calls += 1
        if self._late_calls > 2 or self._agent is None:
            raise ConnectionLost("the statement did not end")
        kind = "QUERY " if self._late_calls == 1 else ""
        self._agent.deadline = time.monotonic() + _GRACE_S
        try:
            self._ask(f"KILL {kind}{self._agent.thread}")
        except ServerError:
            # The statement has ended by itself meanwhile.
            pass

    def _calm(self) -> None:
        """Absorb a KILL that arrived after its statement ended, so that it does not end the next one."""
        try:
            self._agent.deadline = time.monotonic() + _GRACE_S
            for _ in self._agent.run("DO 0"):
                pass
        except ServerError:
            pass
        except ConnectionLost:
            self._renew()

    def _renew(self) -> None:
        """
        A connection or the server was lost, so the layer can no longer be declared clean. If the server cannot start
        again because of what the agent wrote, e.g. a full disk, the agent has no server from now on.
        """
        self._marred = True
        self._agent.close()
        self._agent = None
        try:
            try:
                self._ask("DO 0")
            except (ConnectionLost, ServerError):
                self._server.restart()
                self._control = self._server.connect("root", None)
            self._agent = self._connect()
        except (ConnectionLost, ServerError, ServerFault):
            pass

    def _connect(self) -> Wire:
        user, database, several = self._account
        try:
            return self._server.connect(user, database, self._late, several)
        except ServerError as error:
            if not self._marred:
                raise
            # The agent may have dropped its database, or locked itself out; the episode continues without it.
            self._ask(f"ALTER USER {_quoted(user)}@'localhost' IDENTIFIED BY ''")
            return self._server.connect(user, None if error.code == 1049 else database, self._late, several)

    def _drop_agent(self) -> None:
        if self._agent is not None:
            self._agent.quit()
            self._agent = None

    def _ask(self, statement: str) -> list[list]:
        self._control.deadline = time.monotonic() + _CONTROL_S
        rows = []
        for one in self._control.run(statement):
            if isinstance(one, Rows):
                width = len(one.columns)
                rows += [[_plain(value) for value in row_values(packet, [bytes] * width)] for packet in one]
        return rows


def _account_of(database: str) -> str:
    """The account with rights on one database; the server stores names in lower case."""
    return f"stepwell:{hashlib.sha256(database.lower().encode()).hexdigest()[:16]}"


def _plain(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "replace")


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
