"""What the environments have in common."""

from __future__ import annotations

import asyncio
import json
import weakref
from typing import Any, ClassVar

from ..async_episode import AsyncEpisode
from ..client import Client
from ..errors import StepwellError
from ..result_text import result_text
from ..results import Action, Failure, StepResult
from ..shared_client import shared_client
from .rollout import Rollout

_instructions: weakref.WeakKeyDictionary[Client, dict[str, str]] = weakref.WeakKeyDictionary()
"""By client, the first observations that are known: those of a group are the same."""
_closing: set[asyncio.Task[None]] = set()


class StepwellEnvironment:
    """
    Base of the environments. All public methods of a subclass but `reset` and `get_reward` are tools.

    `url`, `token` or `client` say which server (default: the variables `STEPWELL_URL` and `STEPWELL_TOKEN`). All else is an
    option of each reset, e.g. `max_turns`, `dataset`, `queue_timeout_ms`. To give some, pass
    `functools.partial(BashEnvironment, max_turns=8)` as `environment_factory`.

    TRL resets its environments one after the other. `reset` asks for a sandbox and returns without it, so that all resets of
    a batch wait at the same time; the first tool call waits for the sandbox. `reset` itself waits only if the row has no
    `instruction` and no rollout had this task before.
    """

    _environment: ClassVar[str]
    """Id of Stepwell's environment."""

    def __init__(
        self, *, url: str | None = None, token: str | None = None, client: Client | None = None, **reset_options: Any
    ) -> None:
        self._client = client or shared_client(url, token)
        self._options = reset_options
        self._rollout: Rollout | None = None

    def reset(
        self,
        *,
        task: int | str | None = None,
        dataset: str | None = None,
        seed: int | None = None,
        instruction: str | None = None,
        prompt: Any = None,
        **_: Any,
    ) -> str | None:
        """
        Begin an episode. Columns of the row: `task` or `seed` say which task, `dataset` of which dataset, `instruction` its
        text, if it is known. Returns the text for the prompt. Raises `ValueError` if neither the row nor the options name a
        task or a seed, since the rollouts of a group would have different tasks.
        """
        named = {"task": task, "dataset": dataset, "seed": seed}
        options = {**self._options, **{key: value for key, value in named.items() if value is not None}}
        if "task" not in options and "seed" not in options:
            raise ValueError("each row needs a column `task` or `seed`, so that the rollouts of a group have one task")
        self._rollout = self._client.run(self._begun(self._rollout, options))
        known = _instructions.setdefault(self._client, {})
        key = json.dumps([self._environment, options], sort_keys=True, default=str)
        text = instruction or known.get(key) or self._client.run(self._rollout.instruction())
        if text is None:
            return None
        known[key] = text
        return f"\n\n{text}" if _has_text(prompt) else text

    def get_reward(self) -> float | None:
        """
        Submit the sandbox as the model left it, and grade it. `None` after a fault of the infrastructure, or if the task
        cannot be graded: TRL leaves such a rollout out of its group's mean, and gives it no advantage.
        """
        return None if self._rollout is None else self._client.run(self._rollout.finish())

    # TRL takes methods as tools, and leaves properties out.

    @property
    def episode(self) -> AsyncEpisode | None:
        """The episode of the last reset, once it has begun."""
        return None if self._rollout is None else self._rollout.episode

    @property
    def result(self) -> StepResult | None:
        """The result of the last step; after `get_reward`, the one with the grade."""
        return None if self._rollout is None else self._rollout.result

    @property
    def failure(self) -> Failure | StepwellError | None:
        """The fault of the infrastructure that ended the episode."""
        return None if self._rollout is None else self._rollout.failure

    @property
    def mask_sample(self) -> bool:
        """Whether the sample must be left out of training."""
        return self.failure is not None and self.failure.mask_sample

    @property
    def success(self) -> bool:
        """After `get_reward`: whether everything agrees with the gold."""
        return self.result is not None and self.result.success

    def _step(self, action: Action) -> str:
        if self._rollout is None:
            raise RuntimeError("`reset` begins an episode; there is none yet")
        return result_text(self._client.run(self._rollout.step(action)))

    async def _begun(self, before: Rollout | None, options: dict[str, Any]) -> Rollout:
        if before is not None:
            closing = asyncio.get_running_loop().create_task(before.abandon())
            _closing.add(closing)
            closing.add_done_callback(_closing.discard)
        return Rollout(self._client.asynchronous, self._environment, options)


def _has_text(prompt: Any) -> bool:
    """Whether the row's own prompt, to which TRL adds the instruction, is not empty."""
    return bool(prompt[-1]["content"] if isinstance(prompt, list) and prompt else prompt)
