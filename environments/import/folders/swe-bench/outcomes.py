"""Runs named tests and writes the names of those that passed, one a line, as they pass.

usage: outcomes.py <file for the passed> <file with names>...

Names are pytest's (`tests/test_a.py::Test::test_b`), unittest's (`tests.test_a.Test.test_b`), or as unittest prints
them (`test_b (tests.test_a.Test)`).
"""

from __future__ import annotations

import os
import re
import sys
import unittest
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

PRINTED = re.compile(r"(\w+) \((.+)\)")


def names_in(files: Iterable[str]) -> list[str]:
    """The names in files, one a line."""
    names = []
    for file in files:
        with open(file, encoding="utf-8") as lines:
            names += [line.rstrip("\n") for line in lines if line.strip()]
    return names


def dotted(name: str) -> str:
    """The name that unittest loads."""
    printed = PRINTED.fullmatch(name)
    if printed is None:
        return name
    method, place = printed.groups()
    return place if place.endswith(f".{method}") else f"{place}.{method}"


class Passed:
    """The file with the names of tests that passed; also a plugin of pytest."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.failed: set[str] = set()

    def add(self, name: str) -> None:
        """Count a test as passed."""
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(f"{name}\n")

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Hear from pytest how a part of a test went."""
        # A skipped test did not pass; one that is expected to fail and fails did.
        if report.failed or (report.skipped and not hasattr(report, "wasxfail")):
            self.failed.add(report.nodeid)
        elif report.when == "teardown" and report.nodeid not in self.failed:
            self.add(report.nodeid)


def state_of_unittest() -> list[dict[str, Any]]:
    """What decides whether a test passes."""
    return [dict(vars(kind)) for kind in (unittest.TestCase, unittest.TestResult, unittest.TestSuite)]


def run_unittest(names: Iterable[str], passed: Passed) -> None:
    """Each test alone, so that one that cannot be loaded fails alone. Code that changes unittest itself passes none."""
    untouched = state_of_unittest()
    for name in names:
        result = unittest.TestResult()
        try:
            suite = unittest.defaultTestLoader.loadTestsFromName(dotted(name))
            suite.run(result)
        except BaseException as error:  # A test may also raise SystemExit.
            print(f"{name}: {error!r}")
            continue
        is_passed = result.wasSuccessful() and result.testsRun > 0 and not result.skipped
        if is_passed and state_of_unittest() == untouched:
            passed.add(name)
        for _, text in result.failures + result.errors:
            print(text)


def run_pytest(names: Iterable[str], passed: Passed) -> None:
    """All tests in one run of the files that they are in, so that no name is misread as an option."""
    import pytest

    files = sorted({name.split("::")[0] for name in names})
    there = [file for file in files if os.path.exists(file)]
    if there:
        pytest.main(["-q", "-p", "no:cacheprovider", "--", *there], plugins=[passed])


def main(target: str, *files: str) -> None:
    """Run the tests that files name."""
    sys.path.insert(0, os.getcwd())
    passed = Passed(target)
    names = names_in(files)
    run_unittest([name for name in names if "::" not in name], passed)
    by_pytest = [name for name in names if "::" in name]
    if by_pytest:
        run_pytest(by_pytest, passed)


if __name__ == "__main__":
    main(*sys.argv[1:])
