"""
The solution's stand-ins for functions and iterators of a test, which stay in the judge and run there. A stand-in calls the
judge; while it waits, the solution process answers the judge's requests.
"""

from _thread import RLock
from collections.abc import Callable

from . import errors
from .channel import Channel
from .codec import Encoder
from .decoding import Decoder


class _Given:
    """An iterator of the judge's."""

    def __init__(self, callbacks, number):
        self._next = lambda: callbacks.call(number, "next", (), {})

    def __iter__(self):
        return self

    def __next__(self):
        items = self._next()
        if not items:
            raise StopIteration
        return items[0]


def _function(callbacks, number, name):
    def given(*positional, **named):
        return callbacks.call(number, "call", positional, named)

    given.__name__ = given.__qualname__ = name
    return given


class Callbacks:
    """
    The solution's end of the channel, shared by its threads. answered(request) -> the answer; classes: the classes of
    exceptions.
    """

    def __init__(
        self,
        channel: Channel,
        answered: Callable[[dict], dict],
        encoder: Encoder,
        decoder: Decoder,
        classes: errors.Classes,
    ) -> None:
        self._channel = channel
        self._answered = answered
        self._encoder = encoder
        self._decoder = decoder
        self._classes = classes
        self._lock = RLock()
        self._given = {}
        self._numbers = {}
        self._calls = 0
        # Exceptions that the judge's functions raised, and their numbers in the judge.
        self._raised = []

    def serve(self) -> None:
        """Answer one request."""
        with self._lock:
            request = self._channel.receive()
        answer = self._answered(request)
        with self._lock:
            self._channel.send(answer)

    def given(self, number: int, form: str, name: str) -> object:
        """The stand-in for an object of the judge, the same one for the same object."""
        if number not in self._given:
            made = _Given(self, number) if form == "iterator" else _function(self, number, name)
            self._given[number] = made
            self._numbers[id(made)] = number
        return self._given[number]

    def number(self, value: object) -> int | None:
        """The object of the judge that a value stands for, or None."""
        return self._numbers.get(id(value))

    def raised(self, error: BaseException) -> int | None:
        """The number of an exception that came from the judge, or None."""
        return next((number for known, number in self._raised if known is error), None)

    def call(self, number: int, how: str, positional: tuple, named: dict) -> object:
        with self._lock:
            self._calls += 1
            self._channel.send(
                {
                    "call": number,
                    "how": how,
                    "positional": [self._encoder.encode(value) for value in positional],
                    "named": {name: self._encoder.encode(value) for name, value in named.items()},
                    "back": self._calls,
                }
            )
            back = self._calls
            while True:
                message = self._channel.receive()
                if message.get("back") == back:
                    break
                self._channel.send(self._answered(message))
        if "error" in message:
            error = errors.made(message["error"], self._classes, self._decoder.decode)
            self._raised.append((error, message["error"]["number"]))
            raise error
        return self._decoder.decode(message["ok"])
