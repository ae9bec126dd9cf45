"""Which names of a test hold plain data that the test itself makes."""

import ast
import builtins
from collections.abc import Set

from .scopes import COMPREHENSIONS, bound, free, nodes_in

_PLAIN = (
    ast.Constant,
    ast.List,
    ast.Tuple,
    ast.Dict,
    ast.Set,
    ast.UnaryOp,
    ast.BinOp,
    ast.Subscript,
    ast.Slice,
    ast.Compare,
    ast.BoolOp,
    ast.IfExp,
    ast.JoinedStr,
    ast.FormattedValue,
    ast.Starred,
    ast.comprehension,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.operator,
    ast.unaryop,
    ast.boolop,
    ast.cmpop,
    ast.expr_context,
    ast.keyword,
)
_MAKERS = frozenset(
    "abs all any bin bool bytes bytearray chr complex dict divmod float format frozenset hex int len list max min oct ord "
    "pow range repr round set sorted str sum tuple".split()
)
# Calls that return iterators: data only if they are consumed at once.
_ITERATING = frozenset("enumerate filter map reversed zip".split())
_VIEWS = ("items", "keys", "values")
# Modules whose functions return plain values, or those functions.
_DATA_MODULES = {
    "collections": ("deque", "Counter", "OrderedDict", "defaultdict"),
    "copy": ("copy", "deepcopy"),
    "datetime": ("date", "datetime", "time", "timedelta"),
    "decimal": ("Decimal",),
    "fractions": ("Fraction",),
    "json": ("dumps", "loads"),
    "math": None,
    "random": ("choice", "choices", "gauss", "getrandbits", "randint", "random", "randrange", "sample", "uniform"),
    "string": None,
}


def _assigned(statement):
    """Names and value of a plain assignment."""
    if isinstance(statement, ast.Assign):
        return bound([statement]), statement.value
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        return bound([statement]), statement.value
    return None


def _tools(body):
    """Names that code uses for these modules and their functions."""
    modules, functions = {}, set()
    for node in (part for statement in body for part in nodes_in(statement)):
        if isinstance(node, ast.Import):
            modules.update((alias.asname or alias.name, alias.name) for alias in node.names if alias.name in _DATA_MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module in _DATA_MODULES:
            known = _DATA_MODULES[node.module]
            functions |= {alias.asname or alias.name for alias in node.names if known is None or alias.name in known}
    return modules, functions


def plain_names(body: list[ast.stmt], known: Set[str], makers: Set[str]) -> set[str]:
    """
    Names that only assignments of literal data bind: literals, operators, copies of such names, instances of `makers`. A
    value that a coroutine or a class refers to is shared with its users, and does not count.
    """
    plain, other = set(), set()
    for node in (part for statement in body for part in nodes_in(statement)):
        shares = isinstance(node, (ast.AsyncFunctionDef, ast.ClassDef))
        if shares and not any(isinstance(part, ast.Assert) for part in nodes_in(node)):
            other |= free([node])
    modules, functions = _tools(body)
    made = makers | _MAKERS | functions
    for statement in body:
        assigned = _assigned(statement)
        if assigned is not None and _is_plain(assigned[1], plain, made, modules):
            plain |= assigned[0]
        elif not isinstance(statement, ast.AugAssign) or not _is_plain(statement.value, plain, made, modules):
            other |= bound([statement])
    return plain - other - known


def _is_plain(value, plain, makers, modules):
    hidden = (*COMPREHENSIONS, ast.Lambda)
    inner = {name for node in nodes_in(value) if isinstance(node, hidden) for name in bound([node], inside=True)}
    names = plain | inner

    def is_data(node, given=False):
        """given: whether the value is consumed or called at once."""
        if isinstance(node, ast.Name):
            return node.id in names or (node.id in makers and (given or isinstance(vars(builtins).get(node.id), type)))
        if isinstance(node, ast.Call):
            return is_call(node, given)
        if isinstance(node, (ast.Lambda, ast.GeneratorExp)):
            return given and all(is_data(part) for part in ast.iter_child_nodes(node) if not isinstance(part, ast.arguments))
        if isinstance(node, ast.comprehension):
            return is_data(node.target) and is_data(node.iter, given=True) and all(map(is_data, node.ifs))
        return isinstance(node, _PLAIN) and all(map(is_data, ast.iter_child_nodes(node)))

    def is_call(node, given):
        function = node.func
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        if isinstance(function, ast.Attribute):
            module = modules.get(getattr(function.value, "id", None))
            known = None if module is None else _DATA_MODULES[module]
            if module is None and (not is_data(function.value) or (function.attr in _VIEWS and not given)):
                return False
            if known is not None and function.attr not in known:
                return False
        elif not isinstance(function, ast.Name) or (function.id not in makers and not (given and function.id in _ITERATING)):
            return False
        return all(is_data(argument, given=True) for argument in arguments)

    return is_data(value)
