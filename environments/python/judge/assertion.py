"""The usual test: one call with plain arguments compared with a plain value. It needs no analysis of its names."""

import ast


def call_and_value(source: str, entry: str) -> tuple[str, object] | None:
    """The call's source and its expected value, or None for any other test."""
    body = ast.parse(source, "<test>").body
    if len(body) != 1 or not isinstance(body[0], ast.Assert) or body[0].msg is not None:
        return None
    test = body[0].test
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
        return None
    call = test.left
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id != entry:
        return None
    try:
        for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
            ast.literal_eval(argument)
        return ast.get_source_segment(source, call), ast.literal_eval(test.comparators[0])
    except (ValueError, TypeError, MemoryError, RecursionError):
        return None
