"""
Which modules the code of a test may use in the judge. Their functions do no more than compute, whatever a solution gives
them. All others a test has in the solution process: what reads files, starts programs or unpickles there can do no harm.
"""

import ast
from collections.abc import Callable
from types import CodeType

_COMPUTING = frozenset(
    "abc array ast asyncio base64 binascii bisect builtins calendar cmath collections colorsys contextlib copy csv "
    "dataclasses datetime decimal difflib enum fractions functools graphlib hashlib heapq hmac html ipaddress itertools "
    "json keyword math numbers operator pprint queue random re reprlib secrets statistics string struct sys textwrap "
    "threading time types typing unicodedata unittest uuid warnings zlib zoneinfo __future__".split()
)
ELSEWHERE = "__elsewhere__"


def computes(name: str) -> bool:
    """Whether a module does no more than compute."""
    return name.split(".")[0] in _COMPUTING


def imported(node: ast.Import | ast.ImportFrom) -> list[ast.stmt]:
    """Statements in the place of an import: modules that do more come from elsewhere."""
    if isinstance(node, ast.Import):
        kept = [alias for alias in node.names if computes(alias.name)]
        others = [_bound(alias, alias.name, None) for alias in node.names if not computes(alias.name)]
        return [*([ast.Import(kept)] if kept else []), *others]
    if node.level or computes(node.module):
        return [node]
    return [_bound(alias, node.module, alias.name) for alias in node.names]


def _bound(alias, module, attribute):
    """An assignment of what an import binds."""
    if attribute is None and alias.asname is None:
        module = name = module.split(".")[0]
    else:
        name = alias.asname or alias.name
    call = ast.Call(ast.Name(ELSEWHERE, ast.Load()), [ast.Constant(module), ast.Constant(attribute)], [])
    return ast.Assign([ast.Name(name, ast.Store())], call)


class _Imports(ast.NodeTransformer):
    def visit_Import(self, node):
        return [ast.copy_location(made, node) for made in imported(node)]

    visit_ImportFrom = visit_Import  # noqa: N815 - the name that `ast` calls


def compiled(source: str, filename: str) -> CodeType:
    """Code that is not a test's, with its imports in their places."""
    tree = ast.fix_missing_locations(_Imports().visit(ast.parse(source, filename)))
    return compile(tree, filename, "exec", dont_inherit=True)


class Elsewhere:
    """A module of the solution process, or something in it, found when it is used. find(module) -> what stands for it."""

    def __init__(self, find: Callable[[str], object], module: str, attribute: str | None = None) -> None:
        self.stepwell_found = lambda: find(module) if attribute is None else getattr(find(module), attribute)

    def __getattr__(self, name):
        return getattr(self.stepwell_found(), name)

    def __call__(self, *positional, **named):
        return self.stepwell_found()(*positional, **named)
