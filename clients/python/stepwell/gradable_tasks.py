"""The tasks of a dataset that can be trained on."""

from __future__ import annotations

from collections.abc import Iterator

from .client import Client
from .results import TaskSummary

_PAGE = 1_000


def gradable_tasks(client: Client, environment: str, dataset: str | None = None) -> Iterator[tuple[str, TaskSummary]]:
    """The dataset's name and each of its tasks that can be graded, page by page."""
    offset = 0
    while True:
        page = client.tasks(environment, dataset=dataset, offset=offset, limit=_PAGE)
        yield from ((page.dataset, one) for one in page.tasks if one.ungradable is None)
        offset += len(page.tasks)
        if not page.tasks or offset >= page.total:
            return
