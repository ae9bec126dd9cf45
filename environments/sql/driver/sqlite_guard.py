"""What an agent's statements may do in SQLite: the authorizer's decisions, and the limits of a connection."""

import sqlite3
from typing import Any

# Functions that read files, load code, or return pointers.
_DENIED_FUNCTIONS = {"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "sqlite_crypt"}
# Pragmas that only read. Those of the second list change something if they get a value.
_TELLING = {
    "table_info",
    "table_xinfo",
    "table_list",
    "index_list",
    "index_info",
    "index_xinfo",
    "foreign_key_list",
    "foreign_key_check",
    "integrity_check",
    "quick_check",
    "collation_list",
    "function_list",
    "compile_options",
    "pragma_list",
    "module_list",
}
_TELLING_WITHOUT_VALUE = {
    "encoding",
    "user_version",
    "application_id",
    "schema_version",
    "foreign_keys",
    "page_count",
    "page_size",
    "journal_mode",
    "freelist_count",
    "recursive_triggers",
    "case_sensitive_like",
    "data_version",
    "query_only",
}
_HARMLESS = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
    sqlite3.SQLITE_TRANSACTION,
    sqlite3.SQLITE_SAVEPOINT,
    sqlite3.SQLITE_PRAGMA,
}
# Texts and blobs of at most 16 MiB, statements of at most 1 MiB; no other database, no patterns that take minutes.
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 16 << 20,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 1 << 20,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 256,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 100,
}
_HEAP_BYTES = 256 << 20


class Guard:
    """Watches one connection. `wrote`: whether a statement was prepared that does more than read."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.wrote = False
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute(f"PRAGMA hard_heap_limit = {_HEAP_BYTES}")
        for limit, value in _LIMITS.items():
            connection.setlimit(limit, value)
        connection.set_authorizer(self._answer)

    def _answer(self, action: int, first: Any, second: Any, _database: Any, _trigger: Any) -> int:
        if action == sqlite3.SQLITE_READ or action == sqlite3.SQLITE_SELECT:
            return sqlite3.SQLITE_OK
        if action in (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH):
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_FUNCTION and str(second).lower() in _DENIED_FUNCTIONS:
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_PRAGMA:
            name = str(first).lower()
            telling = name in _TELLING or (second is None and name in _TELLING_WITHOUT_VALUE)
            return sqlite3.SQLITE_OK if telling else sqlite3.SQLITE_DENY
        # A table-valued function declares its columns through the schema table, but writes nothing into it.
        declares = action == sqlite3.SQLITE_UPDATE and first == "sqlite_master"
        if action not in _HARMLESS and not declares:
            self.wrote = True
        return sqlite3.SQLITE_OK
