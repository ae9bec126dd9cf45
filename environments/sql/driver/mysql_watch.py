"""What tells whether a server is as it was: what it counts, and no account of an agent can set back."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

# Statements beside these change data, accounts or settings, or may, and count inside routines too.
_HARMLESS = {
    f"com_{name}"
    for name in (
        "select change_db begin commit rollback savepoint release_savepoint rollback_to_savepoint lock_tables unlock_tables "
        "help do empty_query kill"
    ).split()
}
# Rows written and the log's end count whoever wrote. Updated rows do not serve: window functions update rows of tables that
# are gone with the statement. MySQL's counters of rows have those of such tables in them, and its log has a mark of every
# table that is opened: there the statements alone tell.
_WRITTEN = {"handler_write", "handler_delete", "innodb_lsn_current"}
_AGENTS = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER LIKE 'stepwell:%'"
_COUNTERS = (
    "SELECT SUM(VARIABLE_VALUE) FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME LIKE 'COM\\_%'"
    " AND VARIABLE_NAME NOT LIKE 'COM\\_SHOW\\_%' AND VARIABLE_NAME NOT IN ({}) OR VARIABLE_NAME IN ({})"
)


class ServerState(NamedTuple):
    """Connections of agents, and what was counted so far of statements and writing."""

    agents: int
    counted: object


def server_state(ask: Callable[[str], list], mariadb: bool) -> ServerState:
    """The state of the server that `ask` gives the rows of a statement from, as texts."""
    if mariadb:
        [[agents, counted]] = ask(f"SELECT ({_AGENTS}), ({_MARIADB})")
        return ServerState(int(agents), counted)
    [[agents]] = ask(_AGENTS)
    counted = {name.lower(): value for name, value in ask("SHOW GLOBAL STATUS")}
    return ServerState(int(agents), {name: value for name, value in counted.items() if _counts(name)})


def _counts(name: str) -> bool:
    return name.startswith("com_") and not name.startswith("com_show_") and name not in _HARMLESS


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"'{name.upper()}'" for name in sorted(names))


_MARIADB = _COUNTERS.format(_quoted(_HARMLESS), _quoted(_WRITTEN))
