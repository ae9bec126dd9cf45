"""A Bash episode as a sandbox of Inspect."""

from __future__ import annotations

import itertools
from typing import Any, Literal, overload

from inspect_ai.util import (
    ExecResult,
    OutputLimitExceededError,
    SandboxEnvironment,
    SandboxEnvironmentLimits,
    SandboxUnavailableError,
    SandboxUserUnsupportedError,
    sandboxenv,
)
from pydantic import BaseModel, ConfigDict

from ..async_client import AsyncClient
from ..async_episode import AsyncEpisode
from ..cluster.choice import client_of
from ..errors import StepwellError
from ..results import StepResult
from . import shell

MOST_OUTPUT_BYTES = 16_777_216
LONGEST_MS = 600_000
TASK, DATASET = "stepwell_task", "stepwell_dataset"
"""Keys of a sample's metadata."""


class StepwellSandboxConfig(BaseModel):
    """`sandbox=("stepwell", StepwellSandboxConfig(url=…))`."""

    model_config = ConfigDict(frozen=True)

    url: str | None = None
    """Default: the variable `STEPWELL_URL`, or `ws://127.0.0.1:8765`. The token is `STEPWELL_TOKEN`."""
    dataset: str | None = None
    """Of samples without `stepwell_dataset`. Default: the built-in tasks."""
    task: str | None = None
    """Of samples without `stepwell_task`. Default: the first task."""
    queue_timeout_ms: int | None = None
    """Time that a sample may wait for a sandbox. Default: the server's."""


@sandboxenv(name="stepwell")
class StepwellSandbox(SandboxEnvironment):
    """
    The sandbox of one `bash-v1` episode. The sample's metadata `stepwell_task` and `stepwell_dataset` choose its task, whose
    files are there at the start. Each command is a step; without a timeout it may take ten minutes. The two streams of a
    command may have 12 MB together.
    """

    def __init__(self, client: AsyncClient, episode: AsyncEpisode) -> None:
        super().__init__()
        self.episode = episode
        self.last_output = ""
        """What the last command has printed."""
        self._client = client
        self._inputs = itertools.count()

    @classmethod
    async def sample_init(cls, task_name: str, config: Any, metadata: dict[str, str]) -> dict[str, SandboxEnvironment]:
        wanted = config if isinstance(config, StepwellSandboxConfig) else StepwellSandboxConfig()
        options: dict[str, Any] = {
            "dataset": metadata.get(DATASET, wanted.dataset),
            "task": metadata.get(TASK, wanted.task) or 0,
            "queue_timeout_ms": wanted.queue_timeout_ms,
        }
        given = {name: value for name, value in options.items() if value is not None}
        client = client_of(wanted.url)
        try:
            episode = await client.reset("bash-v1", max_output_bytes=MOST_OUTPUT_BYTES, **given)
        except BaseException:
            await client.close()
            raise
        return {"default": cls(client, episode)}

    @classmethod
    async def sample_cleanup(
        cls, task_name: str, config: Any, environments: dict[str, SandboxEnvironment], interrupted: bool
    ) -> None:
        for environment in environments.values():
            await environment.as_type(cls)._client.close()

    @classmethod
    def config_deserialize(cls, config: dict[str, Any]) -> BaseModel:
        return StepwellSandboxConfig(**config)

    async def exec(
        self,
        cmd: list[str],
        input: str | bytes | None = None,
        cwd: str | None = None,
        env: dict[str, str] | None = None,
        user: str | None = None,
        timeout: int | None = None,
        timeout_retry: bool = True,
        concurrency: bool = True,
    ) -> ExecResult[str]:
        """Run a command. `user` is a name; a failed one is not tried again, since it may have had effects."""
        if user is not None and user.isdecimal():
            raise SandboxUserUnsupportedError(f"a user is named, not numbered: {user}")
        other = None if user == "root" else user
        content = input.encode() if isinstance(input, str) else input
        large = content is not None and len(content) > shell.CHUNK_BYTES
        file = f"/tmp/.stepwell-input-{next(self._inputs)}" if large else None
        code = shell.exec_code(
            cmd, cwd=cwd, env=env, user=other, input_from=file, encoded_input=content is not None and not large
        )
        if file is not None and content is not None:
            await self._write(file, content)
        stdin = None if content is None or large else shell.encoded(content)
        try:
            result = await self._step(code, stdin, None if timeout is None else timeout * 1000)
        finally:
            if file is not None:
                await self._step(shell.remove_code(file))
        try:
            done = shell.ran(result.output)
        except shell.Garbled as error:
            if result.observation.get("truncated_bytes"):
                raise OutputLimitExceededError(SandboxEnvironmentLimits.MAX_EXEC_OUTPUT_SIZE_STR, None) from error
            raise SandboxUnavailableError(f"the session could not run the command: {error}") from error
        if max(len(done.stdout), len(done.stderr)) > SandboxEnvironmentLimits.MAX_EXEC_OUTPUT_SIZE:
            cut = done.stdout[: SandboxEnvironmentLimits.MAX_EXEC_OUTPUT_SIZE].decode(errors="replace")
            raise OutputLimitExceededError(SandboxEnvironmentLimits.MAX_EXEC_OUTPUT_SIZE_STR, cut)
        stdout, stderr = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
        if done.status == 126 and "permission denied" in stderr.lower():
            raise PermissionError(stderr.strip())
        self.last_output = stdout
        return ExecResult(done.status == 0, done.status, stdout, stderr)

    async def write_file(self, file: str, contents: str | bytes) -> None:
        """Write a file, in steps of 6 MiB."""
        await self._write(file, contents.encode() if isinstance(contents, str) else contents)

    @overload
    async def read_file(self, file: str, text: Literal[True] = True) -> str: ...

    @overload
    async def read_file(self, file: str, text: Literal[False]) -> bytes: ...

    async def read_file(self, file: str, text: bool = True) -> str | bytes:
        """Read a file, in steps of 6 MiB."""
        size = int((await self._file_step(file, shell.size_code(file))).output)
        if size > SandboxEnvironmentLimits.MAX_READ_FILE_SIZE:
            raise OutputLimitExceededError(SandboxEnvironmentLimits.MAX_READ_FILE_SIZE_STR, None)
        parts = [
            shell.decoded((await self._file_step(file, shell.read_code(file, chunk))).output)
            for chunk in range(-(-size // shell.CHUNK_BYTES))
        ]
        content = b"".join(parts)
        return content.decode() if text else content

    async def submit(self, answer: str | None = None) -> StepResult:
        """End the episode and grade it. Raises `EpisodeFailedError` after a fault of the infrastructure."""
        result = await self.episode.submit(self.last_output if answer is None else answer)
        result.raise_for_failure()
        return result

    async def _write(self, file: str, content: bytes) -> None:
        for begin in range(0, max(1, len(content)), shell.CHUNK_BYTES):
            chunk = content[begin : begin + shell.CHUNK_BYTES]
            await self._file_step(file, shell.write_code(file, begin > 0), shell.encoded(chunk))

    async def _file_step(self, file: str, code: str, stdin: str | None = None) -> StepResult:
        result = await self._step(code, stdin)
        status = result.observation["exit_code"]
        if status == shell.MISSING:
            raise FileNotFoundError(2, "No such file or directory", file)
        if status == shell.FOLDER:
            raise IsADirectoryError(21, "Is a directory", file)
        if status == shell.REFUSED:
            raise PermissionError(13, f"Permission denied: {result.output.strip()}", file)
        if status != 0:
            raise SandboxUnavailableError(f"the session could not open {file}: {result.output[-500:]}")
        return result

    async def _step(self, code: str, stdin: str | None = None, timeout_ms: int | None = None) -> StepResult:
        action: dict[str, Any] = {"code": code, "timeout_ms": min(timeout_ms or LONGEST_MS, LONGEST_MS)}
        if stdin is not None:
            action["stdin"] = stdin
        try:
            result = await self.episode.step(action)
            result.raise_for_failure()
        except StepwellError as error:
            raise SandboxUnavailableError(f"{error.error_class}: {error.code}: {error}") from error
        if result.observation.get("timed_out"):
            raise TimeoutError("the command did not end in time")
        return result
