"""When an output or a value counts as the expected one."""

import itertools
import re

# A number in a program's output. With more significant digits than a double has, it must match exactly.
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_EXACT_DIGITS = 15
# A word, or the end of a line with all white space and blank lines after it.
_WORD = re.compile(r"(\S+)|\n\s*")
# Not a word: white space.
_END = "\n"
TOLERANCE = 1e-6


def _close(actual, expected):
    return abs(actual - expected) <= TOLERANCE * max(1.0, abs(expected))


def _same_token(actual, expected):
    if actual == expected:
        return True
    if len(actual) > 400 or not _NUMBER.fullmatch(actual) or not _NUMBER.fullmatch(expected):
        return False
    import decimal

    with decimal.localcontext() as context:
        context.prec = 1000
        if decimal.Decimal(actual) == decimal.Decimal(expected):
            return True
    mantissa = re.split("[eE]", expected)[0]
    digits = len(mantissa.replace(".", "").lstrip("+-0"))
    if (mantissa == expected and "." not in expected) or digits > _EXACT_DIGITS:
        return False
    return _close(float(actual), float(expected))


def _words(text):
    """Words one by one, and None between two non-blank lines. One word is held at a time, as an output may be large."""
    is_first, is_broken = True, False
    for match in _WORD.finditer(text):
        word = match.group(1)
        if word is None:
            is_broken = True
            continue
        if is_broken and not is_first:
            yield None
        is_first = is_broken = False
        yield word


def same_output(actual: str, expected: str) -> bool:
    """
    Whether a program's output is the expected one: the same non-blank lines, each with the same words. Words are
    separated by any white space. Two words that are decimal numbers agree if their values are equal. If the expected one
    has a point or an exponent and at most 15 significant digits, they may differ by 1e-6, or by 1e-6 of the expected one.
    """
    if actual == expected:
        return True
    for one, other in itertools.zip_longest(_words(actual), _words(expected), fillvalue=_END):
        if one is not other and (one in (None, _END) or other in (None, _END) or not _same_token(one, other)):
            return False
    return True


def same_value(actual: object, expected: object) -> bool:
    """
    Whether a returned value is the expected one, which is JSON. A tuple is a list; the keys of a dictionary are text;
    true and false are not numbers; integers must be equal. If the expected number is not an integer, the difference may
    be 1e-6, or 1e-6 of it. A float in place of an integer may differ by 1e-6. NaN agrees with nothing.
    """
    kind = type(actual)
    if expected is None or type(expected) in (bool, str):
        return kind is type(expected) and actual == expected
    if type(expected) in (int, float):
        if kind not in (int, float):
            return False
        if actual == expected:
            return True
        if type(expected) is int:
            return kind is float and abs(actual - expected) <= TOLERANCE
        return _close(actual, expected)
    if type(expected) is list:
        if not issubclass(kind, (list, tuple)) or len(actual) != len(expected):
            return False
        return all(map(same_value, actual, expected))
    if not issubclass(kind, dict) or len(actual) != len(expected):
        return False
    texts = {_key(key): value for key, value in actual.items()}
    return texts.keys() == expected.keys() and all(same_value(texts[key], expected[key]) for key in expected)


def _key(key):
    """A dictionary's key as JSON writes it; None for one that JSON does not have."""
    if type(key) is str:
        return key
    if type(key) is bool or key is None:
        return {True: "true", False: "false", None: "null"}[key]
    return repr(key) if type(key) in (int, float) else None
