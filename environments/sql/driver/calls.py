"""How the server's side speaks to a driver: one call, one JSON document on standard output."""

import json
import sys


class Calls:
    """A driver's methods by name. What they raise is a fault, and reaches the server's side as a traceback."""

    def __init__(self, driver: object) -> None:
        self._driver = driver

    def __call__(self, text: str) -> None:
        request = json.loads(text)
        answer = getattr(self._driver, request.pop("call"))(request)
        sys.stdout.write(json.dumps(answer, separators=(",", ":")))
        sys.stdout.flush()
