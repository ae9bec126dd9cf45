"""The end of a text of statements."""

import re

# Strings and quoted names, comments, and everything else; an unclosed one reaches to the end.
_PIECES = re.compile(
    r"(?P<nothing>\s+|;|--(?=\s|$)[^\n]*|#[^\n]*|/\*(?![!M]).*?(?:\*/|$))"
    r"|'(?:[^'\\]|\\.|'')*(?:'|$)|\"(?:[^\"\\]|\\.|\"\")*(?:\"|$)|`[^`]*(?:`|$)|[^\s;'\"`#/-]+|.",
    re.DOTALL,
)


def without_tail(text: str) -> str:
    """The text up to the end of its last statement: the server counts a comment after a semicolon as a statement."""
    end = 0
    for piece in _PIECES.finditer(text):
        if piece["nothing"] is None:
            end = piece.end()
    return text[:end] if end else text
