"""Errors of a client of many servers."""

from __future__ import annotations

from ..errors import StepwellError


class NoServerError(StepwellError):
    """No server took the call: each is unreachable, shuts down, or was excluded. The message says it of each."""

    error_class, code, retryable = "connection", "no_server", True
    remedy = "Check the addresses, and that the servers run there."


class ServersDifferError(StepwellError):
    """Two servers differ in a dataset or an image, so that the same reset would mean another episode."""

    code = "servers_differ"
    remedy = (
        "Give all servers the same datasets and images, or use `Cluster` with `accept_differences=True` "
        "if the difference does not matter."
    )
