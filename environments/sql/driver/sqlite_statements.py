"""Splits a text into statements where SQLite itself would end them."""

import re
import sqlite3
from collections.abc import Iterator

# Strings, quoted names and comments, in which a semicolon ends nothing; an unclosed one reaches to the end.
_PIECES = re.compile(
    r"'(?:[^']|'')*(?:'|$)|\"(?:[^\"]|\"\")*(?:\"|$)|`(?:[^`]|``)*(?:`|$)|\[[^\]]*(?:\]|$)|--[^\n]*|/\*.*?(?:\*/|$)|;",
    re.DOTALL,
)
# A comment ends at its first end mark, even if another reading would let the whole pattern match.
_COMMENT = r"/\*(?:(?!\*/).)*"
_NOTHING = re.compile(rf"(?:\s|;|--[^\n]*(?:\n|$)|{_COMMENT}(?:\*/|$))*", re.DOTALL)
_TRIGGER = re.compile(
    rf"(?:\s|--[^\n]*\n|{_COMMENT}\*/|EXPLAIN\b)*CREATE\s+(?:TEMP\s+|TEMPORARY\s+)?TRIGGER\b", re.DOTALL | re.IGNORECASE
)


def statements(text: str) -> Iterator[str]:
    """Yield each statement, without comments and empty statements."""
    begin = 0
    for piece in _PIECES.finditer(text):
        if piece.group() != ";":
            continue
        statement = text[begin : piece.end()]
        # Only a trigger's body contains semicolons.
        if _TRIGGER.match(statement) and not sqlite3.complete_statement(statement):
            continue
        if not _NOTHING.fullmatch(statement):
            yield statement
        begin = piece.end()
    rest = text[begin:]
    if not _NOTHING.fullmatch(rest):
        yield rest
