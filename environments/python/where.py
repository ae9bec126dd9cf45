"""
Shows where each part of a test's code runs: `python3 environments/python/where.py --entry f test.py` (`-` reads standard
input). Lines of `judge` are the test as the judge runs it; numbered lines are its requests to the solution process.
"""

from __future__ import annotations

import argparse
import ast
import sys

from judge.modules import ELSEWHERE, compiled
from judge.placement import Placement
from judge.strange import strange_names


class _Shown(Placement):
    """A placement with source steps instead of compiled ones."""

    def _compiled(self, statements: list[ast.stmt], names: set[str]) -> tuple[str, set[str]]:
        return ast.unparse(ast.fix_missing_locations(ast.Module(statements, []))), names


def _labelled(label: str, source: str) -> list[str]:
    return [f"{label} | {line}".rstrip() for line in source.split("\n") if line]


def shown(code: str, entry: str | None, setup: str = "") -> str:
    """
    A test's code with its places, as the judge finds them. entry: the name that the solution defines; setup: code that
    runs before the test on both sides. Raises SyntaxError if the code cannot be parsed.
    """
    body = ast.parse(setup).body
    classes = {node.name: node for node in body if isinstance(node, ast.ClassDef)}
    placement = _Shown(code, _set_up(setup), strange_names(body), {entry} if entry else set(), classes.keys())
    lines = [line for source, _ in placement.steps for line in _labelled("judge     ", source)]
    for number, fragment in enumerate(placement.fragments):
        lines += _labelled(f"solution {number}", fragment)
    return "\n".join(lines)


def _set_up(source: str) -> dict[str, object]:
    """The judge's names from a setup; none if the judge cannot run the setup by itself."""
    names = {"__name__": "test", ELSEWHERE: lambda *_: None}
    try:
        exec(compiled(source, "<setup>"), names)
    except Exception:
        return {}
    return {name: value for name, value in names.items() if name not in ("__name__", "__builtins__", ELSEWHERE)}


def _text(path: str) -> str:
    if path == "-":
        return sys.stdin.read()
    with open(path, encoding="utf-8") as file:
        return file.read()


def main() -> None:
    parser = argparse.ArgumentParser(description="Show where each part of a test's code runs.")
    parser.add_argument("test", help="file with the test's code, or - for standard input")
    parser.add_argument("--entry", help="name that the solution defines")
    parser.add_argument("--setup", help="file with the task's setup code")
    given = parser.parse_args()
    print(shown(_text(given.test), given.entry, _text(given.setup) if given.setup else ""))


if __name__ == "__main__":
    main()
