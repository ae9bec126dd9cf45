"""Names that code binds, and names that it reads from outside, found without running it."""

import ast
from collections.abc import Iterable, Set

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)


def nodes_in(node: ast.AST) -> list[ast.AST]:
    """All nodes of a tree, the outer ones first. The result is cached, so later changes of the tree do not show."""
    inner = getattr(node, "stepwell_inner", None)
    if inner is None:
        # Without the node itself: the judge's garbage collector is off, so there must be no reference cycles.
        _, *inner = ast.walk(node)
        node.stepwell_inner = inner
    return [node, *inner]


def copied(node):
    """A copy of a tree, or of a list of trees, without cached results."""
    if isinstance(node, list):
        return [copied(part) for part in node]
    if not isinstance(node, ast.AST):
        return node
    fields = {name: copied(value) for name, value in ast.iter_fields(node)}
    return ast.copy_location(type(node)(**fields), node)


def _arguments(node):
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return {argument.arg for argument in every if argument is not None}


def _defaults(node):
    arguments = node.args
    return [default for default in (*arguments.defaults, *arguments.kw_defaults) if default is not None]


def _body(node):
    return [node.body] if isinstance(node, ast.Lambda) else node.body


def _globals(nodes):
    return {name for node in nodes for part in ast.walk(node) if isinstance(part, ast.Global) for name in part.names}


def bound(nodes: Iterable[ast.AST], inside: bool = False) -> set[str]:
    """
    Names bound by statements in their scope, including names declared global in functions.
    inside: the names bound in the scopes that the nodes themselves create.
    """
    names = set()
    for node in nodes:
        if not inside:
            names |= _bound(node)
        elif isinstance(node, _FUNCTIONS):
            names |= (_arguments(node) | bound(_body(node))) - _globals(_body(node))
        elif isinstance(node, COMPREHENSIONS):
            for generator in node.generators:
                _bind(generator.target, names)
        else:
            names |= bound(node.body)
    return names


def _bound(node):
    # Cached, because it is called often for the same statements. A rewritten statement needs a copy.
    found = getattr(node, "stepwell_bound", None)
    if found is None:
        found = set()
        _bind(node, found)
        node.stepwell_bound = found
    return found


def _bind(node, names):
    if isinstance(node, COMPREHENSIONS):
        for part in ast.walk(node):
            if isinstance(part, ast.NamedExpr):
                names.add(part.target.id)
        return
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        names.add(node.name)
    if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        names |= _globals([node])
        return
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        names.add(node.id)
    elif isinstance(node, ast.alias):
        names.add((node.asname or node.name).split(".")[0])
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        names.add(node.name)
    elif isinstance(node, ast.MatchMapping) and node.rest:
        names.add(node.rest)
    for child in ast.iter_child_nodes(node):
        _bind(child, names)


def free(nodes: Iterable[ast.AST]) -> set[str]:
    """Names that are read and not bound in an inner scope, including those that the statements themselves bind."""
    names = set()
    for node in nodes:
        names |= _free(node)
    return names


def _free(node):
    # Cached, because it is called often for nested nodes.
    found = getattr(node, "stepwell_free", None)
    if found is None:
        found = node.stepwell_free = frozenset(_found(node))
    return found


def _found(node):
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Load) else set()
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        return {node.target.id} | _free(node.value)
    if isinstance(node, _FUNCTIONS):
        inner = free(_body(node)) - bound([node], inside=True)
        outer = [*_defaults(node), *getattr(node, "decorator_list", [])]
        return inner | free(outer)
    if isinstance(node, ast.ClassDef):
        inner = free(node.body) - (bound(node.body) - free_before(node.body))
        return inner | free([*node.bases, *node.keywords, *node.decorator_list])
    if isinstance(node, COMPREHENSIONS):
        first, *others = node.generators
        parts = [part for part in ast.iter_child_nodes(node) if not isinstance(part, ast.comprehension)]
        inner = free([*parts, *first.ifs, *others]) - bound([node], inside=True)
        return inner | _free(first.iter)
    return free(ast.iter_child_nodes(node))


def free_before(body):
    """Names that a class body reads before it binds them."""
    read, made = set(), set()
    for statement in body:
        read |= _free(statement) - made
        made |= bound([statement])
    return read & bound(body)


def defined_attributes(body: list[ast.stmt]) -> set[str]:
    """Names of methods and attributes that classes define, in their bodies or by `self`."""
    names = set()
    for node in (part for statement in body for part in nodes_in(statement)):
        if isinstance(node, ast.ClassDef):
            names |= bound(node.body)
        elif isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            names.add(node.attr)
    return names


def root(node: ast.AST) -> str | None:
    """The name at the beginning of a chain of attributes, items and calls; None if there is no chain."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def _part_of(node):
    """The name whose value, or a part of it, an expression certainly is."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


# Methods that change their object.
CHANGING = frozenset(
    "add append appendleft clear difference_update discard extend extendleft insert intersection_update move_to_end pop "
    "popitem popleft remove reverse rotate setdefault sort subtract symmetric_difference_update update".split()
)


def mutated(body: list[ast.stmt]) -> set[str]:
    """
    Names whose values, or parts of them, are changed in place somewhere, and names of values that share parts with them.
    """
    names, shared = set(), []
    for node in (part for statement in body for part in nodes_in(statement)):
        if isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            names.add(root(node))
        elif isinstance(node, ast.AugAssign):
            names.add(root(node.target))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGING:
            names.add(root(node.func.value))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
            names.add(root(node.value.func.value))
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            names.update(node.names)
        elif isinstance(node, ast.Compare) and any(isinstance(operator, (ast.Is, ast.IsNot)) for operator in node.ops):
            # A copy would not be the same object.
            sides = [node.left, *node.comparators]
            if not any(isinstance(side, ast.Constant) for side in sides):
                names.update(map(root, sides))
        elif isinstance(node, (ast.For, ast.comprehension)):
            shared += [(name, _part_of(node.iter)) for name in bound([ast.Expr(node.target)])]
        elif isinstance(node, ast.Assign):
            values = node.value.elts if isinstance(node.value, (ast.Tuple, ast.List)) else [node.value]
            shared += [(name, _part_of(value)) for name in bound([node]) for value in values]
    names.discard(None)
    shared = [pair for pair in shared if None not in pair]
    while True:
        more = {name for pair in shared if names & {*pair} for name in pair} - names
        if not more:
            return names
        names |= more


def _is_identity(comparison):
    return all(isinstance(operator, (ast.Is, ast.IsNot)) for operator in comparison.ops)


def derived(body: list[ast.stmt], solution: Set[str]) -> set[str]:
    """Names of values that come from the solution, by assignment, iteration or definition, beginning with `solution`."""
    names = set(solution)
    pairs = [
        (_free(source), bound([target]) if isinstance(target, ast.expr) else {target})
        for statement in body
        for node in nodes_in(statement)
        for source, target in bindings(node)
    ]
    while True:
        more = set().union(*(targets for sources, targets in pairs if sources & names))
        if more <= names:
            return names
        names |= more


def bindings(node):
    """The source of a node's value, and the target that it binds: an expression or a name."""
    if isinstance(node, ast.Assign):
        return [(node.value, target) for target in node.targets]
    if isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.NamedExpr)) and node.value is not None:
        return [(node.value, node.target)]
    if isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
        return [(node.iter, node.target)]
    if isinstance(node, ast.withitem) and node.optional_vars is not None:
        return [(node.context_expr, node.optional_vars)]
    if isinstance(node, FUNCTIONS):
        return [(node, node.name)]
    if isinstance(node, ast.Try):
        return [(part, handler.name) for handler in node.handlers if handler.name for part in node.body]
    if isinstance(node, ast.Match):
        return [(node.subject, name) for name in bound(node.cases)]
    return []


def expecting_names(body, derived):
    """
    Names that may have expected values: those that assertions compare with values of the solution, and those of which only
    parts are sent to the solution. derived: names of values that come from the solution.
    """
    names = set()
    for statement in body:
        if not free([statement]) & derived:
            continue
        for node in nodes_in(statement):
            if isinstance(node, (ast.For, ast.comprehension)):
                names |= _free(node.iter)
            elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
                names |= _free(node.value)
            elif isinstance(node, ast.Compare) and isinstance(statement, ast.Assert) and not _is_identity(node):
                sides = [free([side]) for side in (node.left, *node.comparators)]
                if any(side & derived for side in sides):
                    names |= set().union(*(side for side in sides if not side & derived))
    return names - derived


def asserts(statement: ast.stmt, body: list[ast.stmt]) -> bool:
    """Whether a statement asserts something, by itself or through a function of `body`."""
    functions = {
        part.name
        for part in body
        if isinstance(part, FUNCTIONS) and any(isinstance(node, ast.Assert) for node in nodes_in(part))
    }
    for node in nodes_in(statement):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Attribute) and node.attr.startswith("assert"):
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in functions:
            return True
    return False
