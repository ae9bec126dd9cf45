"""InterCode's SQL environment."""

from __future__ import annotations

from typing import Any

from .environment import IntercodeEnv
from .python_value import value_of

_MOST_ROWS = 1_000_000


class SqlEnv(IntercodeEnv):
    """A MySQL session. An observation is a list of tuples, `None` for a statement without rows, or the text of an error."""

    name = "ic_sql"
    environment = "sql-v1"

    def __init__(self, image_name: str, **kwargs: Any) -> None:
        super().__init__(image_name, **kwargs)
        self._options = {"max_rows": _MOST_ROWS, **self._options}

    def exec_action(self, action: str) -> None:
        result = self._run(action)
        self.observation = value_of(result.output)
