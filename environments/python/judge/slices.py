"""
Values of a test that stay in the judge although the solution gets some of them: the values that assertions use, and the
values from which they are computed.
"""

import ast
import collections
import sys
from collections.abc import Set

from . import instances
from .modules import computes
from .scopes import COMPREHENSIONS, FUNCTIONS, asserts, bindings, bound, derived, free, mutated, nodes_in, root

_LOOPS = (ast.For, ast.AsyncFor, ast.While, *COMPREHENSIONS, *FUNCTIONS, ast.Lambda)
_PLAIN = frozenset((type(None), bool, int, float, str, bytes, complex, range))
_MANY = frozenset(
    (
        list,
        tuple,
        set,
        frozenset,
        collections.deque,
        dict,
        collections.Counter,
        collections.OrderedDict,
        collections.defaultdict,
    )
)
_DATED = frozenset(("datetime", "decimal", "fractions"))
# Functions that read parts of a value.
_MOST = 20_000
_REFUSED = ("open", "eval", "exec", "compile", "input", "breakpoint", "exit", "quit", "globals", "locals", "vars")


def _rested_on(body, names, foreign=frozenset()):
    """Names, and the names that are part of their values."""
    names = set(names)
    sources = [pair for statement in body for node in nodes_in(statement) for pair in _sources(node)]
    while True:
        more = set().union(*(free([source]) for target, source in sources if target in names)) - names - foreign
        if not more:
            return names
        names |= more


def _sources(node):
    """Pairs of a name and a name that is part of its value."""
    for source, target in bindings(node):
        targets = {target} if isinstance(target, str) else bound([ast.Expr(target)]) | {root(target)}
        yield from ((name, source) for name in targets)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        call = node.value
        for part in (*call.args, *(keyword.value for keyword in call.keywords)):
            yield root(call.func), part
            # A function may change its arguments.
            yield from ((name, call.func) for name in free([part]))


def _passed(body, foreign):
    """
    The values that the solution gets: a name, the number of its statement, and whether it may happen more than once.
    foreign: names of values that come from the solution.
    """
    found = []
    for number, statement in enumerate(body):
        _pass(statement, number, False, foreign, found)
    # If the items of a value are given, so is the value.
    loops = [pair for statement in body for node in nodes_in(statement) for pair in _items(node)]
    while True:
        more = [
            (name, number, True)
            for target, source in loops
            for given, number, _ in found
            if given in target
            for name in free([source]) - foreign
            if (name, number, True) not in found
        ]
        if not more:
            return found
        found += dict.fromkeys(more)


def _items(node):
    if isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
        yield bound([ast.Expr(node.target)]), node.iter


def _pass(node, number, looped, foreign, found):
    given = []
    if isinstance(node, ast.Call) and free([node.func]) & foreign:
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
    elif isinstance(node, (ast.Assign, ast.AugAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        given = (
            [node.value] if any(root(target) in foreign and not isinstance(target, ast.Name) for target in targets) else []
        )
    elif isinstance(node, ast.BinOp) and free([node]) & foreign:
        given = [node.left, node.right]
    for part in given:
        names = [inner.id for inner in nodes_in(part) if isinstance(inner, ast.Name)]
        found += [(name, number, looped) for name in names if name not in foreign]
    for child in ast.iter_child_nodes(node):
        _pass(child, number, looped or isinstance(node, _LOOPS), foreign, found)


def _compared_by_identity(body):
    """Names of values that may be part of a comparison with `is`, which would fail with a copy."""
    names = set()
    for node in (part for statement in body for part in nodes_in(statement)):
        if isinstance(node, ast.Compare) and any(isinstance(operator, (ast.Is, ast.IsNot)) for operator in node.ops):
            sides = [node.left, *node.comparators]
            if not any(isinstance(side, ast.Constant) for side in sides):
                names |= free(sides)
    return _rested_on(body, names)


class Expected:
    """
    The values of a test that stay in the judge because assertions use them. foreign: names of values that come from the
    solution; known: names that do not matter; plain: names of literal plain data.
    """

    def __init__(self, body: list[ast.stmt], foreign: Set[str], known: Set[str], plain: Set[str]) -> None:
        self._body = body
        self._foreign = foreign
        self._given = _passed(body, foreign)
        self._first = {}
        for name, number, _ in self._given:
            self._first.setdefault(name, number)
        tested = free(statement for statement in body if asserts(statement, body))
        rests = _rested_on(body, tested - foreign, foreign)
        self._rests = (rests & bound(body)) - known - _compared_by_identity(body)
        self._plain = plain
        # Names of values that contain objects of the test during a request to the solution.
        self.mixed = set()

    def data(self, setup: dict[str, object], classes: Set[str]) -> tuple[set[str], set[str]]:
        """
        Names of plain data, and the classes of the instances in it. Without values that must stay one object for the
        solution, or that are changed or read while the solution may have kept them. setup: values by name; classes: names
        of classes whose instances may be sent.
        """
        objects, self.mixed = self._of_objects(setup)
        rests = self._rests - self.mixed
        kept = {name for name in rests & self._first.keys() if self._is_kept(name)}
        certain = (rests - kept - (objects & self._first.keys())) & self._plain
        open_names = rests & self._first.keys() - certain
        if not open_names:
            return certain, set()
        trial = Trial(self._body, _rested_on(self._body, open_names), self._foreign, setup, classes)
        kinds = {name: trial.kinds(name) for name in open_names if name not in kept or trial.is_constant(name)}
        certain |= {name for name, found in kinds.items() if found == set()}
        # If the solution got an instance twice, it would have two copies.
        if sum(1 + repeated for name, _, repeated in self._given if kinds.get(name)) != 1:
            return certain, set()
        made = {name for name, found in kinds.items() if found}
        return certain | made, set().union(*(kinds[name] for name in made))

    def _of_objects(self, setup):
        """
        Names of values that may contain instances of the test's or the setup's classes, and names among them whose values
        contain some after a request to the solution.
        """
        made = {node.name for part in self._body for node in nodes_in(part) if isinstance(node, ast.ClassDef)}
        made |= {
            name for name, value in setup.items() if "test" in (getattr(value, "__module__", ""), type(value).__module__)
        }
        made = derived(self._body, made)
        objects, mixed = set(), set()
        for statement in self._body:
            held = {name for node in nodes_in(statement) for name, source in _sources(node) if free([source]) & made}
            objects |= held
            if free([statement]) & self._foreign and not isinstance(statement, (ast.Assert, ast.Assign)):
                mixed |= held
        return objects, mixed

    def _is_kept(self, name):
        """
        Whether the test changes the solution's values, or reads values that an object of the solution may have changed.
        """
        first = self._first[name]
        if name in mutated(self._body[first:]):
            return True
        later = self._body[first + 1 :]
        calls = (number for number, statement in enumerate(later) if self._is_told(statement))
        return name in free(later[next(calls, len(later)) :])

    def _is_told(self, statement):
        """Whether a method of an object of the solution is called for its effect."""
        return any(
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Attribute)
            and root(node.value) in self._foreign
            for node in nodes_in(statement)
        )


class Trial:
    """
    Runs the statements of a test that make its values without the solution, to find out the kinds of these values. names:
    names that the setup defined; classes: names of classes, of the test or the setup, whose instances may be sent.
    """

    def __init__(self, body, wanted, impure, names, classes):
        self._classes = classes
        self._names = {**names, **dict.fromkeys(_REFUSED, _refuse), "__name__": "test"}
        # Only a test that needs it loads it: it makes each fork slower.
        random = sys.modules.get("random")
        state = None if random is None else random.getstate()
        try:
            for statement in body:
                self._try(statement, wanted, impure)
        finally:
            random = sys.modules.get("random")
            if random is not None:
                random.seed() if state is None else random.setstate(state)

    def _try(self, statement, wanted, impure):
        names = bound([statement])
        changed = names | mutated([statement])
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            modules = [alias.name for alias in statement.names] if isinstance(statement, ast.Import) else [statement.module]
            runs = all(module and computes(module) for module in modules)
        else:
            runs = changed & wanted and not free([statement]) & impure and not isinstance(statement, ast.Assert)
        try:
            if runs:
                code = compile(ast.Module([statement], []), "<test>", "exec", dont_inherit=True)
                exec(code, self._names)
        except (Exception, SystemExit):
            runs = False
        if not runs:
            for name in names:
                self._names.pop(name, None)

    def is_constant(self, name: str) -> bool:
        """Whether a name's value is known to be immutable."""
        return type(self._names.get(name, self)) in _PLAIN

    def kinds(self, name: str) -> set[str] | None:
        """The classes of the instances in a name's value, or None if it is not data or unknown."""
        if name not in self._names:
            return None
        kinds, seen, left = set(), set(), [self._names[name]]
        while left and len(seen) < _MOST:
            value = left.pop()
            kind = type(value)
            if kind in _PLAIN:
                continue
            if id(value) in seen:
                continue
            seen.add(id(value))
            if kind in _MANY:
                if kind is collections.defaultdict and not isinstance(value.default_factory, type | None):
                    return None
                left += [part for pair in value.items() for part in pair] if isinstance(value, dict) else value
            elif self._is_shared(kind):
                kinds.add(kind.__name__)
                left += [part for _, part in instances.attributes(value)]
            elif kind.__module__ not in _DATED:
                return None
        return kinds

    def _is_shared(self, kind):
        if kind.__name__ not in self._classes or instances.basis(kind) is None or issubclass(kind, (type, BaseException)):
            return False
        return self._names.get(kind.__name__) is kind


def _refuse(*_, **__):
    raise PermissionError("not on trial")
