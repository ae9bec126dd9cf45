"""A solution's changes to a test's own values, and whether the test checks that they were wanted."""

import ast

from .scopes import bindings

# Python's own hash: `hashlib` loads OpenSSL, which takes longer than the rest of the judge's modules.
try:
    from _sha2 import sha256
except ImportError:
    try:
        from _sha256 import sha256
    except ImportError:
        from hashlib import sha256

_DATA = (ast.List, ast.Tuple, ast.Dict, ast.Set, ast.JoinedStr, ast.Call, ast.Name, ast.ListComp, ast.BinOp)
_MAKING = (ast.List, ast.Tuple, ast.Dict, ast.Set, ast.ListComp, ast.SetComp, ast.DictComp, ast.BinOp, ast.Call)
# Functions and methods that return the parts of a value unchanged.
_PASSING = frozenset("enumerate zip iter reversed items values".split())


def _reads(node, names):
    return any(isinstance(part, ast.Name) and part.id in names for part in ast.walk(node))


def _passed(node):
    """Names of values that an expression may return, whole, in part or inside another value."""
    if isinstance(node, ast.Name):
        return {node.id}
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        return set()
    if isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
        return _passed(node.value)
    if isinstance(node, ast.Call):
        name = getattr(node.func, "id", getattr(node.func, "attr", None))
        inner = [*node.args, *([node.func] if isinstance(node.func, ast.Attribute) else [])] if name in _PASSING else []
    elif isinstance(node, (ast.Tuple, ast.List, ast.Set, ast.Dict, ast.IfExp, ast.BoolOp, ast.NamedExpr)):
        inner = list(ast.iter_child_nodes(node))
    else:
        inner = []
    return set().union(*map(_passed, inner))


def _given(tree):
    """Arguments of calls of the test's own functions, each with its parameter name."""
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = functions.get(getattr(node.func, "id", None), node.func)
            if isinstance(function, (ast.FunctionDef, ast.Lambda)):
                yield from ((given, ast.Name(argument.arg)) for given, argument in zip(node.args, function.args.args))


def _aliases(tree, name):
    """Names that may have the value of a name, contain it, or be a part of it."""
    pairs = [*(pair for node in ast.walk(tree) for pair in bindings(node) if isinstance(pair[1], ast.expr)), *_given(tree)]
    shared = [
        _passed(source) | {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}
        for source, target in pairs
        if _passed(source)
    ]
    names = {name}
    while True:
        more = set().union(*(group for group in shared if group & names)) - names
        if not more:
            return names
        names |= more


class Changes:
    """The names, or expressions, of changed values in a test's code. foreign: names of what comes from the solution."""

    def __init__(self, code: str, changed: set[str], foreign: set[str]) -> None:
        self._names = changed
        self._foreign = foreign
        self._tree = ast.parse(code) if changed else None
        # The test cannot see changes of a value that it made only for the solution.
        self.matter = any(not _is_fresh(name) for name in changed)

    def notices(self, values: dict[str, object]) -> set[str]:
        """A notice for each value that the test compares only with itself; it says what the value became."""
        return {
            f"changed {name} {_digest(values.get(name))}"
            for name in self._names
            if not self._is_held_against_something(name)
        }

    def _is_held_against_something(self, name):
        """Whether an assertion compares it with data that does not come from it."""
        aliases = _aliases(self._tree, name)
        for statement in ast.walk(self._tree):
            if not isinstance(statement, ast.Assert):
                continue
            for node in _compared(statement.test):
                sides = [node.left, *node.comparators]
                own = [side for side in sides if _reads(side, aliases)]
                if own and any(self._is_data(side) for side in sides if side not in own):
                    return True
        return False

    def _is_data(self, node):
        if _reads(node, self._foreign):
            return False
        return isinstance(node, _DATA) or (isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)))


def _is_fresh(text):
    """Whether an expression makes a new value each time."""
    try:
        return isinstance(ast.parse(text, mode="eval").body, _MAKING)
    except SyntaxError:
        return False


def _compared(test):
    """The comparisons of a test, except those of single items."""
    if isinstance(test, ast.BoolOp):
        return [node for part in test.values for node in _compared(part)]
    return [test] if isinstance(test, ast.Compare) else []


def _digest(value):
    """Whether two values have the same items, in any order."""
    try:
        items = sorted(map(repr, value.items() if isinstance(value, dict) else value))
    except TypeError:
        items = [repr(value)]
    return sha256("\n".join(items).encode("utf-8", "replace")).hexdigest()[:16]
