"""Calls from the server to a driver: each prints one JSON document on standard output."""

import json
import sys


class Calls:
    """A driver's methods by name. An exception of theirs is a fault; the server gets it as a traceback."""

    def __init__(self, driver: object) -> None:
        self._driver = driver

    def __call__(self, text: str) -> None:
        request = json.loads(text)
        answer = getattr(self._driver, request.pop("call"))(request)
        sys.stdout.write(json.dumps(answer, separators=(",", ":")))
        sys.stdout.flush()
