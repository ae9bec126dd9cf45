"""
Exceptions between the judge and a solution process: described on one side, made again on the other. A class that only the
other side has is replaced by a class with the same name and the same built-in base.
"""

import builtins
import sys
from collections.abc import Callable

from . import instances, modules

_BUILTIN_ERRORS = {
    kind: name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)
}
_MOST = 2000
_DEEPEST = 5
# Bound here, so that a solution that changes built-in names affects only itself.
_isinstance, _issubclass, _list, _str, _type = isinstance, issubclass, list, str, type
_BaseException, _Group, _SyntaxError = BaseException, BaseExceptionGroup, SyntaxError


def builtin_base(kind: type) -> str:
    """The name of the nearest built-in class of an exception's class."""
    return next((_BUILTIN_ERRORS[one] for one in kind.__mro__ if one in _BUILTIN_ERRORS), "Exception")


def own_names(kind: type) -> list[list[str]]:
    """Names of an exception's class and its bases, up to the nearest built-in one, each with the name of its module."""
    names = []
    for one in kind.__mro__:
        if one in _BUILTIN_ERRORS:
            break
        if _issubclass(one, _BaseException):
            names.append([one.__name__, _str(one.__module__)])
    return names


def told(error: BaseException, encode: Callable[[object], object], folder: str, depth: int = 0) -> dict:
    """
    The description of an exception for the other side. encode(value) -> JSON. folder: prefix of file names whose lines
    are reported.
    """
    kind = _type(error)
    try:
        message = _str(error)[:_MOST]
    except _BaseException:
        message = ""
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith(folder):
            line = trace.tb_lineno
        trace = trace.tb_next
    if line is None and _isinstance(error, _SyntaxError):
        line = error.lineno
    said = {"type": kind.__name__, "base": builtin_base(kind), "message": message, "line": line}
    names = own_names(kind)
    if names:
        said["names"] = names
    try:
        if error.args != (message,) or names:
            said["arguments"] = [encode(value) for value in error.args]
        state = [(name, value) for name, value in vars(error).items() if not name.startswith("__")]
        if state:
            said["state"] = [[name, encode(value)] for name, value in state]
        if depth < _DEEPEST:
            if _isinstance(error, _Group):
                said["parts"] = [told(part, encode, folder, depth + 1) for part in error.exceptions[:100]]
            if error.__cause__ is not None:
                said["cause"] = told(error.__cause__, encode, folder, depth + 1)
        if _isinstance(error, SystemExit):
            said["code"] = encode(error.code)
    except _BaseException:
        # Parts that cannot be encoded are left out.
        pass
    return said


class Classes:
    """
    Classes of exceptions by their description. known(name): a class that this side has, or None. admitted(kind): the
    class that replaces a given one.
    """

    def __init__(self, known: Callable[[str], object], admitted: Callable[[type], type] = lambda kind: kind) -> None:
        self._known = known
        self.admitted = admitted
        self._made = {}

    def of(self, names: list[list[str]], base: str) -> type:
        """
        The class with these names. The last one is the base of the others, and all have a built-in base.
        Raises ValueError if that is not an exception.
        """
        kind = vars(builtins)[base]
        if not _issubclass(kind, _BaseException):
            raise ValueError("no exception")
        kind = self.admitted(kind)
        for name, module in reversed(names):
            kind = self._one(_str(name), _str(module), kind)
        return self.admitted(kind)

    def _one(self, name, module, base):
        for known in (self._known(name), _published(name, module)):
            if _isinstance(known, _type) and _issubclass(known, base):
                return known
        if (name, base) not in self._made:
            self._made[name, base] = _type(name, (base,), {"__str__": _message})
        return self._made[name, base]


def _published(name, module):
    """An exception of one of Python's modules that only compute; one that skips a test is not an error."""
    if not modules.computes(module) or module.split(".")[0] == "unittest":
        return None
    return getattr(sys.modules.get(module), name, None)


def _message(error):
    return vars(error).get("__stepwell_message__") or _BaseException.__str__(error)


def made(
    said: dict,
    classes: Classes,
    decode: Callable[[object], object],
    notice: Callable[[str], None] = lambda text: None,
) -> BaseException:
    """
    An exception like the described one. notice(text) is called for an attribute that hides a value of its class.
    """
    kind = classes.of(said.get("names", ())[:_DEEPEST], said["base"])
    message = _str(said["message"])
    arguments = [decode(value) for value in said["arguments"]] if "arguments" in said else [message]
    try:
        if "parts" in said:
            error = kind(arguments[0], [made(part, classes, decode, notice) for part in said["parts"]])
        else:
            error = kind.__new__(kind, *arguments)
            error.args = tuple(arguments)
    except (TypeError, LookupError):
        error = Exception(message)
    instances.fill(error, None, [(name, decode(value)) for name, value in said.get("state", ())], notice)
    vars(error)["__stepwell_message__"] = message
    if "code" in said and said["base"] == "SystemExit":
        error.code = decode(said["code"])
    if "cause" in said:
        error.__cause__ = made(said["cause"], classes, decode, notice)
    return error
