"""A dataset's tasks as rows for a trainer."""

from __future__ import annotations

from itertools import islice
from typing import Any

from ..client import Client
from ..gradable_tasks import gradable_tasks
from ..shared_client import shared_client


def rows(
    environment: str,
    *,
    dataset: str | None = None,
    limit: int | None = None,
    name: str | None = None,
    prompt: str = "",
    instruction: bool = True,
    url: str | None = None,
    token: str | None = None,
    client: Client | None = None,
) -> list[dict[str, Any]]:
    """
    A row for each gradable task, for `datasets.Dataset.from_list`, with `prompt`, `environment`, `task`, `dataset` and
    `instruction`.

    `name` is the key of the environment in a dictionary of factories; default: the environment's id. `prompt` is put before
    each instruction. `instruction=False` leaves that column out: needed if options of the reset, e.g. `schema`, change what
    the server tells the agent first.
    """
    tasks = gradable_tasks(client or shared_client(url, token), environment, dataset)
    return [
        {
            "prompt": [{"role": "user", "content": prompt}],
            "environment": name or environment,
            "task": task.id,
            "dataset": named,
            **({"instruction": task.instruction} if instruction else {}),
        }
        for named, task in islice(tasks, limit)
    ]
