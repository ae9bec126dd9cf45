"""Converts the server's texts to values whose kinds JSON keeps apart; see `result.py`."""

import base64
from collections.abc import Callable
from typing import Any

from mysql_wire import Column, lenenc_bytes
from result import floating, integer

_DECIMALS = {0, 246}
_INTEGERS = {1, 2, 3, 8, 9, 13}
_FLOATS = {4, 5}
_DATES = {10, 14}
_DATETIMES = {7, 12}
_TIME = 11
_BIT = 16
_GEOMETRY = 255


def _blob(value: bytes) -> dict[str, str]:
    return {"b": base64.b64encode(value).decode()}


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _decimal(value: bytes) -> Any:
    return {"n": value.decode()}


def _float(value: bytes) -> dict[str, str]:
    return floating(float(value))


def _date(value: bytes) -> Any:
    text = value.decode()
    return {"z": text} if "0000" in text[:4] or "-00" in text else {"d": text}


def _datetime(value: bytes) -> Any:
    text = value.decode()
    return {"z": text} if "0000" in text[:4] or "-00" in text[:10] else {"t": text}


def _time(value: bytes) -> dict[str, str]:
    text = value.decode()
    sign = -1 if text.startswith("-") else 1
    hours, minutes, seconds = text.lstrip("-").split(":")
    whole, _, fraction = seconds.partition(".")
    total = (int(hours) * 60 + int(minutes)) * 60 + int(whole)
    return {"l": str(sign * (total * 1_000_000 + int(fraction.ljust(6, "0") or 0)))}


def _bit(value: bytes) -> Any:
    return integer(int.from_bytes(value, "big"))


def _integer(value: bytes) -> Any:
    return integer(int(value))


def converter(column: Column) -> Callable[[bytes], Any]:
    """The function that converts this column's texts to values."""
    kind = column.type
    if kind in _INTEGERS:
        return _integer
    if kind in _DECIMALS:
        return _decimal
    if kind in _FLOATS:
        return _float
    if kind in _DATES:
        return _date
    if kind in _DATETIMES:
        return _datetime
    if kind == _TIME:
        return _time
    if kind == _BIT:
        return _bit
    return _blob if column.binary or kind == _GEOMETRY else _text


def row_values(packet: bytes, converters: list[Callable[[bytes], Any]]) -> list:
    """The values of a row's packet."""
    values = []
    at = 0
    for convert in converters:
        value, at = lenenc_bytes(packet, at)
        values.append(None if value is None else convert(value))
    return values
