"""Results as text for a model."""

import pytest

from stepwell.result_text import result_text
from stepwell.results import StepResult


def result(output, observation=None, info=None, **ended):
    return StepResult(None, None, info or {}, 1, {"output": output, **(observation or {})}, **ended)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (result("a\n"), "a\n"),
        (result("", {"exit_code": 0, "timed_out": False}), "(no output)"),
        (result("a", {"exit_code": 2}), "a\n[exit code 2]"),
        (result("", {"exit_code": 124, "timed_out": True}), "[exit code 124; stopped at its deadline]"),
        (result("a\n", {"truncated_bytes": 9}), "a\n[9 bytes of output left out]"),
        (result("", info={"limit": "turns"}, truncated=True), "[the limit of turns is reached; the episode is over]"),
        (result("", terminated=True), "[the episode is over]"),
    ],
)
def test_text(given, text):
    assert result_text(given) == text
