"""The judge's side of solution processes: start one, send requests, detect its end."""

import re
from _thread import RLock
from collections.abc import Iterable, Set

from . import errors, instances
from .channel import Closed
from .clock import Clock, Over
from .codec import Encoder
from .decoding import Decoder
from .given import Given
from .looks import Looks
from .modules import Elsewhere
from .notices import Notices
from .remote import Remote
from .starting import Lost, Spawner

# Exceptions that end a loop of the judge (`map` within `all`, a generator) as if no items were left.
_ENDS = (StopIteration, StopAsyncIteration, GeneratorExit)
# Operations that do not change an object.
_LOOKING = frozenset(
    "len bool hash str repr format iter next item attribute has type isinstance issubclass callable "
    "in is eq ne lt le gt ge".split()
)
_UNSEEN = object()


class SolutionProcess:
    """
    One running solution. about() sets the current test: values that could slip past its code reach it only if the code names
    them. classes: the judge's own classes of the names that both sides have; taken: names of their methods and attributes.
    """

    def __init__(self, spawner: Spawner, clock: Clock, classes: dict[str, type], taken: Set[str]) -> None:
        self._spawner = spawner
        self._clock = clock
        self.classes = classes
        self.taken = taken
        self.error_classes = errors.Classes(self._own_class, self._admitted)
        self._channel = None
        self._pid = None
        # Threads of a test send requests one after the other.
        self._asking_alone = RLock()
        self._asked = 0
        self._depth = 0
        self._test = 0
        self._encoder = Encoder(self._refer, classes, lazily=True)
        self._decoder = Decoder(self)
        self.about("", False)

    def about(self, source: str, ordered: bool) -> None:
        """Set the source of the current test. ordered: whether it clamps numbers, because NaN passes any clamp."""
        self._source = source
        self._test += 1
        # Names that mean the solution's even if a setup or Python has them; None for all.
        self.theirs = None
        # Notices of the solution's answers that are not plain data, each with its request.
        self.noticed = Notices(source)
        # Whether NaN is an error.
        self.ordered = self._decoder.ordered = ordered and not self.noticed.names("nan")
        # The test's own values that the solution changed, as expressions of the test.
        self.changed = set()
        # Whether such changes are applied to the test's values.
        self.restoring = True
        # Whether the test is over and is only being reported.
        self.told = False
        self._asking = self._plainly = self._operation = ""
        self._looks = Looks()
        # Names in the test; exceptions among them may reach it.
        self.test_names = {}
        self._given = Given(self.classes)
        # Why the process was abandoned during this test. The test then cannot pass, even if it catches the exception.
        self.loss = None

    def _own_class(self, name):
        """A class that the test or its setup defines."""
        kind = self.test_names.get(name, self.classes.get(name))
        return kind if getattr(kind, "__module__", None) == "test" else None

    @property
    def alive(self) -> bool:
        return self._channel is not None

    def names(self, kind: type) -> bool:
        """Whether the test's source names an exception's class."""
        return kind.__name__ in self._source

    def start(self, job: dict) -> None:
        """Start a process and load the solution. Raises the source's exception, or Lost."""
        self._pid, self._channel = self._spawner.begin(())
        self._clock.watch(self._pid)
        self.ask("load", job=job)

    def notice(self, kind: str, detail: str = "") -> None:
        """Note a value that is not plain data, with this text or the current request."""
        self.noticed.tell(kind, detail or self._asking)

    def notice_use(self, what: str, kind: str) -> None:
        """
        Note that an object is used like a plain value or an instance of a class of the setup. `own`: the test names its
        class.
        """
        own = kind[:1].isupper() and kind not in self.classes and re.search(rf"\b{re.escape(kind)}\b", self._source)
        self.notice("own" if own else "use", what)

    def remote(self, number: int, kind: str = "object", plainly: str = "") -> Remote:
        return Remote(self, number, str(kind), self._asking, "next" if plainly == "next" else self._plainly)

    def given(self, number: int) -> object:
        return self._given.found(number)

    def raisable(self, reference: int, names: list[list[str]], base: str) -> type:
        return self._given.raisable(self.error_classes.of(names, base), reference)

    def imported(self, module: str, name: str) -> type:
        raise ValueError("no class of the solution")

    def _refer(self, value):
        if isinstance(value, Elsewhere):
            value = value.stepwell_found()
        if isinstance(value, Remote):
            process, number = value.stepwell_place
            if process is self:
                value.stepwell_used(self._operation)
                return ["ref", number]
        elif isinstance(value, type):
            return self._given.kind(value)
        elif callable(value) or hasattr(type(value), "__next__"):
            return self._given.callable(value)
        raise TypeError(f"a {type(value).__name__} of the test cannot be given to the solution")

    @property
    def epoch(self) -> int:
        """The number of operations in the process."""
        return self._looks.epoch

    def look(self, name: str) -> object:
        """The current value of a name of the solution process; the same object until the next operation there."""
        with self._asking_alone:
            seen = self._looks.find(name, _UNSEEN)
            if seen is not _UNSEEN:
                return seen
            self._plainly = "call"
            try:
                value = self._ask("hold", name, {}, code=name, listed=False)
            finally:
                self._plainly = ""
            self._looks.keep(name, value)
            return value

    def forget(self, names: Iterable[str]) -> None:
        """Names have other values now."""
        self._looks.forget(names)

    def do(self, operation: str, *on: object, **named: object) -> object:
        """Request an operation on objects of the solution."""
        asking = operation
        if operation in ("attribute", "method", "store", "has"):
            asking = f".{on[1]}"
            if on[1] in self.taken:
                on[0].stepwell_like_plain(asking)
        values = {**{str(number): value for number, value in enumerate(on)}, **named}
        with self._asking_alone:
            self._operation = operation
            if operation not in _LOOKING:
                self._looks.changed()
            return self._ask("do", asking, values, operation=operation, count=len(on))

    def ask(self, kind: str, asking: str = "", values: dict[str, object] | None = None, **more: object) -> object:
        """
        The decoded answer of the process; an exception of the solution is raised here as its built-in base. asking: the
        request in the words of notices.
        """
        with self._asking_alone:
            self._looks.changed()
            self._operation = "argument"
            return self._ask(kind, asking, values or {}, **more)

    def _ask(self, kind, asking, values, **more):
        if self._channel is None:
            raise Lost("InterpreterLost", "the process of the solution has ended")
        sent = {name: self._encoder.encode(value) for name, value in values.items()}
        self._asked += 1
        self._depth += 1
        try:
            about = {"id": self._asked, "test": self._test, "theirs": self.theirs}
            answer = self._answer({**about, "kind": kind, "values": sent, **more})
            changed, error, value = self._read(answer, asking)
        except Closed:
            self.loss = self._lost()
            raise self.loss from None
        except Over as over:
            self.loss = over
            self.stop()
            raise
        finally:
            self._depth -= 1
        for name, made in changed.items():
            self._restore(f"{asking} {name}" if kind == "do" else name, values[name], made)
        if self._given.failed is not None and self._depth == 0:
            raise self._given.failed
        if error is not None:
            raise error
        return value

    def _answer(self, request):
        """The answer to a request; meanwhile the solution may call the judge's functions."""
        self._channel.send(request)
        while True:
            message = self._reply()
            if type(message) is not dict:
                raise Closed()
            if "call" not in message:
                break
            self._asking = "call"
            self._channel.send(self._given.call(message, self._decoder.decode, self._encoder.encode))
        if message.get("id") != request["id"]:
            raise Closed()
        return message

    def _reply(self):
        """The next message of the solution."""
        self._clock.their_turn(self._channel.fileno())
        try:
            return self._channel.receive()
        finally:
            self._clock.own_turn()

    def _read(self, answer, asking):
        """Changed values, an exception and a value of an answer. Raises Lost if it cannot be read."""
        self._asking = asking
        decode = self._decoder.decode
        try:
            changed = {name: decode(value) for name, value in (answer.get("values") or {}).items()}
            if "error" in answer:
                return changed, self._error(answer["error"]), None
            return changed, None, decode(answer["ok"])
        except RecursionError:
            raise ValueError("a value is too deep to be compared") from None
        except FloatingPointError:
            raise
        except instances.Refused as refused:
            raise Lost("NotPlain", str(refused)) from None
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as fault:
            self.stop()
            raise Lost("InterpreterLost", f"the answer cannot be read ({type(fault).__name__})") from None

    def _error(self, said):
        """An exception of the solution, or one of the test's own that came back."""
        own = self._given.raised(said.get("number"))
        if own is not None and self._admitted(type(own)) is type(own):
            return own
        decode = self._decoder.decode
        error = errors.made(said, self.error_classes, decode, lambda text: self.notice("hidden", text))
        error.of_solution = said
        return error

    def _admitted(self, kind):
        """The class that replaces an exception class of the solution, which it may raise or make the test raise."""
        ends = next((end for end in _ENDS if issubclass(kind, end)), None)
        return kind if ends is None or self.names(ends) else RuntimeError

    def _restore(self, name, value, changed):
        """Make a value of the test equal to the solution's changed copy."""
        self.changed.add(name)
        if self.restoring:
            instances.replace(value, changed)

    def _lost(self):
        ended = self.stop(0.5)
        status = ended["status"]
        how = f"with exit status {status}" if status >= 0 else f"by signal {-status}"
        message = f"the process of the solution ended {how} during the test"
        return Lost("InterpreterLost", message, self._spawner.doubt(ended))

    def settle(self) -> None:
        """Abandon the process if a thread of a finished test still waits for an answer."""
        if self._asking_alone.acquire(blocking=False):
            self._asking_alone.release()
            return
        if self.alive:
            self.stop()
        self._asking_alone = RLock()

    def stop(self, patience: float = 0.0) -> dict:
        """End the process. It also ends by itself when its socket closes; wait this many seconds for that."""
        self._channel.close()
        self._channel = None
        self._clock.watch(None)
        return self._spawner.reap(self._pid, patience)
