"""Texts as Gymnasium's spaces want them: of a known set of characters, and no longer than a maximum."""

from __future__ import annotations

import string

from gymnasium.spaces import Text

REPLACEMENT = "\ufffd"
DEFAULT_CHARSET = string.printable + REPLACEMENT
"""ASCII's printable characters and white space, and the character that stands for all others."""


class TextForm:
    """
    `charset`: characters that observations keep; any other becomes U+FFFD, which is added to the set. `max_length`: of an
    observation, in characters; the rest is cut. `max_action_length`: of an action.
    """

    def __init__(self, charset: str, max_length: int, max_action_length: int) -> None:
        self._kept = frozenset(charset) | {REPLACEMENT}
        self._max_length = max_length
        self._max_action_length = max_action_length

    def observation_space(self) -> Text:
        return Text(self._max_length, min_length=0, charset=self._kept)

    def action_space(self) -> Text:
        # U+FFFD only stands for other characters: an action has no use for it.
        return Text(self._max_action_length, min_length=0, charset=self._kept - {REPLACEMENT})

    def fitted(self, text: str) -> str:
        """The text as an element of the observation space: cut, and with other characters replaced."""
        cut = text[: self._max_length]
        if self._kept.issuperset(cut):
            return cut
        return "".join(character if character in self._kept else REPLACEMENT for character in cut)
