"""Where a text of statements ends."""

import re

# Strings and quoted names, comments, and everything else; what is not closed reaches to the end.
_PIECES = re.compile(
    r"(?P<nothing>\s+|;|--(?=\s|$)[^\n]*|#[^\n]*|/\*(?![!M]).*?(?:\*/|$))"
    r"|'(?:[^'\\]|\\.|'')*(?:'|$)|\"(?:[^\"\\]|\\.|\"\")*(?:\"|$)|`[^`]*(?:`|$)|[^\s;'\"`#/-]+|.",
    re.DOTALL,
)


def without_tail(text: str) -> str:
    """The text up to its last statement's end: to the server a comment behind a semicolon is one more statement."""
    end = 0
    for piece in _PIECES.finditer(text):
        if piece["nothing"] is None:
            end = piece.end()
    return text[:end] if end else text
