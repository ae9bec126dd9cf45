"""The outcome of a test that did not pass."""

_SHOWN = 400
TOO_LATE = {"type": "TimeoutError", "message": "the test did not end in time", "line": None, "of": "solution"}


class Failed(Exception):
    """A test's outcome that is not the expected one. shown: the solution's value as text, cut."""

    def __init__(self, shown: str) -> None:
        super().__init__()
        self.shown = _cut(shown)


def _cut(text):
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def shown(value: object) -> str:
    """A value as Python shows it, cut."""
    try:
        return _cut(repr(value))
    except Exception:
        return f"<{type(value).__name__}>"


def line_of(error: BaseException, source: str) -> str:
    """The line of a test in which an exception was raised."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<test>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return source.split("\n")[line - 1].strip()


def told(error: BaseException, given: list) -> dict:
    """An exception as part of an outcome. given: the solution's latest values that the test used."""
    of_solution = getattr(error, "of_solution", None)
    if of_solution is not None:
        outcome = {**{name: of_solution.get(name) for name in ("type", "base", "message", "line")}, "of": "solution"}
    else:
        outcome = {"type": type(error).__name__, "message": str(error)[:2000], "line": None, "of": "test"}
        if isinstance(error, AssertionError) and given:
            outcome["actual"] = ", ".join(shown(value) for value in given[-3:])
    statement = getattr(error, "__notes__", [None])[0]
    if isinstance(statement, str):
        outcome["statement"] = statement
    return outcome
