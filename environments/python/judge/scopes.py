"""Names that code binds and names that it reads from outside, without running it."""

import ast

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)


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


def bound(nodes, inside=False):
    """
    Names bound by statements in their scope, names declared global in functions among them.
    inside: the names bound in the scopes that the nodes themselves make.
    """
    names = set()
    for node in nodes:
        if not inside:
            _bind(node, names)
        elif isinstance(node, _FUNCTIONS):
            names |= (_arguments(node) | bound(_body(node))) - _globals(_body(node))
        elif isinstance(node, _COMPREHENSIONS):
            for generator in node.generators:
                _bind(generator.target, names)
        else:
            names |= bound(node.body)
    return names


def _bind(node, names):
    if isinstance(node, _COMPREHENSIONS):
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
        names.add((node.asname or node.name).split('.')[0])
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        names.add(node.name)
    elif isinstance(node, ast.MatchMapping) and node.rest:
        names.add(node.rest)
    for child in ast.iter_child_nodes(node):
        _bind(child, names)


def free(nodes):
    """Names that are read and not bound in an inner scope; those bound by the statements themselves are among them."""
    names = set()
    for node in nodes:
        names |= _free(node)
    return names


def _free(node):
    # Asked for again and again, of nodes within nodes.
    found = getattr(node, 'stepwell_free', None)
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
        outer = [*_defaults(node), *getattr(node, 'decorator_list', [])]
        return inner | free(outer)
    if isinstance(node, ast.ClassDef):
        inner = free(node.body) - (bound(node.body) - free_before(node.body))
        return inner | free([*node.bases, *node.keywords, *node.decorator_list])
    if isinstance(node, _COMPREHENSIONS):
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


_PLAIN = (
    ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.UnaryOp, ast.BinOp, ast.Subscript, ast.Slice, ast.Compare,
    ast.BoolOp, ast.IfExp, ast.JoinedStr, ast.FormattedValue, ast.Starred, ast.comprehension, ast.ListComp, ast.SetComp,
    ast.DictComp, ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.expr_context,
)
_MAKERS = frozenset('bool bytes bytearray complex dict float frozenset int list max min range set sorted str sum tuple'.split())


def _assigned(statement):
    """Names and value of a plain assignment."""
    if isinstance(statement, ast.Assign):
        return bound([statement]), statement.value
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        return bound([statement]), statement.value
    return None


def plain_names(body, known):
    """
    Names that nothing but assignments bind, each of data written out: literals, operators, copies of the like. What a
    function refers to is shared with whoever calls it, and does not count.
    """
    plain, other = set(), set()
    for node in (part for statement in body for part in ast.walk(statement)):
        if isinstance(node, _FUNCTIONS) and not any(isinstance(part, ast.Assert) for part in ast.walk(node)):
            other |= _free(node)
    for statement in body:
        assigned = _assigned(statement)
        if assigned is not None and _is_plain(assigned[1], plain):
            plain |= assigned[0]
        else:
            other |= bound([statement])
    return plain - other - known


def _is_plain(value, plain):
    inner = {name for node in ast.walk(value) if isinstance(node, _COMPREHENSIONS) for name in bound([node], inside=True)}
    for node in ast.walk(value):
        if isinstance(node, ast.Name):
            if node.id not in plain and node.id not in inner and node.id not in _MAKERS:
                return False
        elif isinstance(node, ast.Call):
            if not isinstance(node.func, ast.Name) or node.func.id not in _MAKERS:
                return False
        elif not isinstance(node, (*_PLAIN, ast.keyword)):
            return False
    return True


def expecting_names(body, solution):
    """
    Names that may hold what is expected: those that assertions compare with what the solution says, and those of which
    only parts go to the solution.
    """
    derived = set(solution)
    while True:
        more = set().union(*(bound([statement]) for statement in body if free([statement]) & derived)) - derived
        if not more:
            break
        derived |= more
    names = set()
    for statement in body:
        if not free([statement]) & derived:
            continue
        for node in ast.walk(statement):
            if isinstance(node, (ast.For, ast.comprehension)):
                names |= _free(node.iter)
            elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
                names |= _free(node.value)
            elif isinstance(node, ast.Compare) and isinstance(statement, ast.Assert):
                sides = [free([side]) for side in (node.left, *node.comparators)]
                if any(side & derived for side in sides):
                    names |= set().union(*(side for side in sides if not side & derived))
    return names - derived
