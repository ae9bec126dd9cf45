"""
The modules that a test's code may use in the judge. Their functions only compute, whatever values a solution gives them. All
other modules are used in the solution process: reading files, starting programs or unpickling can do no harm there.
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
    """Whether a module only computes."""
    return name.split(".")[0] in _COMPUTING


def imported(node: ast.Import | ast.ImportFrom) -> list[ast.stmt]:
    """Statements that replace an import: modules that do more than compute come from the solution process."""
    if isinstance(node, ast.Import):
        kept = [alias for alias in node.names if computes(alias.name)]
        others = [_bound(alias, alias.name, None) for alias in node.names if not computes(alias.name)]
        return [*([ast.Import(kept)] if kept else []), *others]
    if node.level or computes(node.module):
        return [node]
    return [_bound(alias, node.module, alias.name) for alias in node.names]


def _bound(alias, module, attribute):
    """An assignment to the name that an import binds."""
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
    """Code that is not of a test, with its imports replaced."""
    tree = ast.fix_missing_locations(_Imports().visit(ast.parse(source, filename)))
    return compile(tree, filename, "exec", dont_inherit=True)


class Elsewhere:
    """A module of the solution process, or a name in it, looked up at its use. find(module) -> the module's stand-in."""

    def __init__(self, find: Callable[[str], object], module: str, attribute: str | None = None) -> None:
        self.stepwell_found = lambda: find(module) if attribute is None else getattr(find(module), attribute)

    def __getattr__(self, name):
        return getattr(self.stepwell_found(), name)

    def __call__(self, *positional, **named):
        return self.stepwell_found()(*positional, **named)
