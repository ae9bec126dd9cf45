"""One environment for Gymnasium."""

from __future__ import annotations

from typing import Any

import gymnasium
from gymnasium.error import ResetNeeded

from ..async_client import MAX_SEED
from ..async_episode import AsyncEpisode
from ..client import Client
from ..results import StepResult
from ..shared_client import shared_client
from .player import Player
from .text import DEFAULT_CHARSET, TextForm


class StepwellEnv(gymnasium.Env[str, str]):
    """
    Episodes of one environment. An action is text: code, `submit` (with an answer after a space), or `skip`. An observation
    is what the action printed, after a reset the task's instruction; `info["observation"]` has all of it.

    `environment`: its id. `url`, `token` or `client` say which server. `charset`: characters that observations keep; any
    other becomes U+FFFD. `max_length` and `max_action_length` in characters. `render_mode` `ansi` gives the last
    observation. All else is an option of each reset, e.g. `dataset`, `task`, `max_turns`, `reward`; `reset(options=…)`
    replaces some of them for one episode.

    The reward of a step that was not graded is 0 with `info["graded"]` false. A fault of the infrastructure truncates the
    episode with reward NaN, `info["mask_sample"]` true and `info["failure"]`.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 1}  # noqa: RUF012 - Gymnasium declares it so.

    def __init__(
        self,
        environment: str = "bash-v1",
        *,
        url: str | None = None,
        token: str | None = None,
        client: Client | None = None,
        charset: str = DEFAULT_CHARSET,
        max_length: int = 131_072,
        max_action_length: int = 4_096,
        render_mode: str | None = None,
        **reset_options: Any,
    ) -> None:
        text = TextForm(charset, max_length, max_action_length)
        self.observation_space = text.observation_space()
        self.action_space = text.action_space()
        self.render_mode = render_mode
        self._client = client or shared_client(url, token)
        self._player = Player(self._client.asynchronous, environment, text, reset_options)
        self._shown = ""

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
        """Begin an episode. The seed chooses the task, as everywhere in Stepwell; without one it is drawn."""
        super().reset(seed=seed)
        drawn = int(self.np_random.integers(MAX_SEED)) if seed is None else seed
        self._shown, info = self._client.run(self._player.reset(drawn, options))
        return self._shown, info

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Make a step."""
        if self._player.episode is None:
            raise ResetNeeded("call `reset` before `step`")
        transition = self._client.run(self._player.step(action))
        self._shown = transition[0]
        return transition

    def render(self) -> Any:
        """The last observation."""
        return self._shown if self.render_mode == "ansi" else None

    def close(self) -> None:
        """Give the sandbox back. The connection stays for other environments of the program."""
        if not self._client.closed:
            self._client.run(self._player.close())

    @property
    def episode(self) -> AsyncEpisode | None:
        """The episode that is played."""
        return self._player.episode

    @property
    def last_result(self) -> StepResult | None:
        """The whole result of the last step, with its times."""
        return self._player.result
