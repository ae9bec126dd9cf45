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
