"""Writes the outcome of each test as a line of JSON, for the tests in TypeScript which run these."""

from __future__ import annotations

import json
import os

import pytest


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when != "call" and report.passed:
        return
    reason = report.longrepr[2] if report.skipped and isinstance(report.longrepr, tuple) else str(report.longrepr or "")
    line = {"test": report.nodeid, "outcome": report.outcome, "reason": reason}
    with open(os.environ["STEPWELL_TEST_REPORT"], "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
