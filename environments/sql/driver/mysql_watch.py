"""Shows whether a server is unchanged, from its counters, which no account of an agent can reset."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

# All other statements may change data, accounts or settings. They also count inside routines.
_HARMLESS = {
    f"com_{name}"
    for name in (
        "select change_db begin commit rollback savepoint release_savepoint rollback_to_savepoint lock_tables unlock_tables "
        "help do empty_query kill"
    ).split()
}
# Written rows and the log's end count for every account. Updated rows cannot be used: window functions update rows of
# internal tables that are dropped with the statement. MySQL's row counters include such tables, and its log gets a mark
# for every table that is opened, so on MySQL only the statements are counted.
_WRITTEN = {"handler_write", "handler_delete", "innodb_lsn_current"}
_AGENTS = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER LIKE 'stepwell:%'"
_COUNTERS = (
    "SELECT SUM(VARIABLE_VALUE) FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME LIKE 'COM\\_%'"
    " AND VARIABLE_NAME NOT LIKE 'COM\\_SHOW\\_%' AND VARIABLE_NAME NOT IN ({}) OR VARIABLE_NAME IN ({})"
)


class ServerState(NamedTuple):
    """Connections of agents, and the counters of statements and writes so far."""

    agents: int
    counted: object


def server_state(ask: Callable[[str], list], mariadb: bool) -> ServerState:
    """The server's state. `ask` returns the rows of a statement as texts."""
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
