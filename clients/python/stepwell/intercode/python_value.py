"""Reads values from their Python source, without running it."""

from __future__ import annotations

import ast
import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

_MADE_BY: dict[str, Callable[..., Any]] = {
    "Decimal": Decimal,
    "bytearray": bytearray,
    "datetime.date": datetime.date,
    "datetime.datetime": datetime.datetime,
    "datetime.timedelta": datetime.timedelta,
}
_NAMES: dict[str, Any] = {"inf": float("inf"), "nan": float("nan")}


def value_of(text: str) -> Any:
    """The value, e.g. of `[('a', Decimal('2.50'))]`. Any other text, e.g. an error message, is returned as it is."""
    try:
        return _value(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, TypeError, ArithmeticError, RecursionError, MemoryError):
        return text


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.List):
        return [_value(item) for item in node.elts]
    if isinstance(node, ast.Tuple):
        return tuple(_value(item) for item in node.elts)
    if isinstance(node, ast.Set):
        return {_value(item) for item in node.elts}
    if isinstance(node, ast.Dict):
        return {_value(key): _value(value) for key, value in zip(node.keys, node.values) if key is not None}
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand)
    if isinstance(node, ast.Name) and node.id in _NAMES:
        return _NAMES[node.id]
    if isinstance(node, ast.Call) and ast.unparse(node.func) in _MADE_BY:
        named = {one.arg: _value(one.value) for one in node.keywords if one.arg is not None}
        return _MADE_BY[ast.unparse(node.func)](*map(_value, node.args), **named)
    raise ValueError("not a value")
