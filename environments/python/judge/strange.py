"""Parts of a test that must run in the same process as the objects that they use."""

import ast

from .scopes import FUNCTIONS, free

# Modules whose functions need the objects themselves, or the solution process.
STRANGE_MODULES = frozenset(
    "asyncio concurrent contextlib copy dataclasses gc inspect multiprocessing pickle signal subprocess sys threading "
    "traceback tracemalloc types unittest.mock weakref".split()
)


def strange_names(body: list[ast.stmt]) -> set[str]:
    """Names of such modules and of their contents: their code must run in the same process as the objects that it uses."""
    names = set()
    for node in (part for statement in body for part in ast.walk(statement)):
        if isinstance(node, ast.Import):
            names |= {
                (alias.asname or alias.name).split(".")[0]
                for alias in node.names
                if alias.name in STRANGE_MODULES or alias.name.split(".")[0] in STRANGE_MODULES
            }
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                if {node.module, node.module.split(".")[0], f"{node.module}.{alias.name}"} & STRANGE_MODULES:
                    names.add(alias.asname or alias.name)
    while True:
        more = {
            statement.name
            for statement in body
            if isinstance(statement, FUNCTIONS) and (is_coroutine(statement) or free([statement]) & names)
        } - names
        if not more:
            return names
        names |= more


def is_coroutine(statement: ast.AST) -> bool:
    return any(isinstance(node, (ast.AsyncFunctionDef, ast.Await)) for node in ast.walk(statement))
