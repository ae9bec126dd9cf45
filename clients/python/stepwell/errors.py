"""Every error that this package raises is a `StepwellError`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

ErrorClass = Literal["request", "connection", "capacity", "sandbox", "grading", "server"]
"""Who can correct it: the caller (`request`), or the operator of the server (all others)."""


class StepwellError(Exception):
    """Base of all errors."""

    error_class: ErrorClass = "request"
    """`request` is a fault of the call; the others are faults of the infrastructure."""
    code: str = "error"
    """Name in the protocol's tables, e.g. `capacity`; for errors of the client itself a name such as `connection_lost`."""
    retryable: bool = False
    """Whether the same call may succeed later, unchanged."""
    remedy: str = ""
    """What to do about it, in one sentence."""

    _mask_sample: bool | None = None

    @property
    def mask_sample(self) -> bool:
        """Whether the sample must be left out of training, because the agent did not cause this."""
        return self.error_class != "request" if self._mask_sample is None else self._mask_sample

    def __reduce__(self) -> tuple[Any, ...]:
        """To another process as it is. A pickled exception is otherwise made anew from its message alone."""
        return _restored, (type(self), self.args, self.__dict__)


def _restored(kind: type[StepwellError], args: tuple[Any, ...], state: Mapping[str, Any]) -> StepwellError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


@dataclass(frozen=True)
class Issue:
    """A parameter that the server refused."""

    field: str
    """Where in the params, e.g. `action.timeout_ms`; empty for the whole."""
    code: str
    """Kind of the fault, e.g. `too_big`."""
    message: str


class RemoteError(StepwellError):
    """The server answered with an error. Each entry of the protocol's error table has a subclass."""

    code = "unknown"
    json_rpc_code: int
    """JSON-RPC's number, e.g. -32022."""
    wire_code: ClassVar[int] = 0

    def __init__(self, message: str, json_rpc_code: int | None = None, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.json_rpc_code = type(self).wire_code if json_rpc_code is None else json_rpc_code
        self.details: dict[str, Any] = dict(details or {})
        """All of the error's `data`, e.g. `expected` for `step_out_of_order`."""
        self.retryable = bool(self.details.get("retryable", type(self).retryable))
        self.remedy = str(self.details.get("remedy", type(self).remedy))
        masked = self.details.get("mask_sample")
        self._mask_sample = masked if isinstance(masked, bool) else None

    @property
    def issues(self) -> list[Issue]:
        """Fields that were refused; empty unless `code` is `invalid_params`."""
        listed = self.details.get("issues")
        if not isinstance(listed, list):
            return []
        texts = [{key: str(value) for key, value in item.items()} for item in listed if isinstance(item, dict)]
        return [Issue(one.get("field", ""), one.get("code", "invalid"), one.get("message", "")) for one in texts]


class ParseError(RemoteError):
    code, wire_code = "parse_error", -32700


class InvalidRequestError(RemoteError):
    code, wire_code = "invalid_request", -32600


class MethodNotFoundError(RemoteError):
    code, wire_code = "method_not_found", -32601


class InvalidParamsError(RemoteError):
    code, wire_code = "invalid_params", -32602


class InternalError(RemoteError):
    code, wire_code, error_class, retryable = "internal_error", -32603, "server", True


class UnauthorizedError(RemoteError):
    code, wire_code = "unauthorized", -32001


class VersionMismatchError(RemoteError):
    code, wire_code = "version_mismatch", -32002


class EnvironmentNotFoundError(RemoteError):
    code, wire_code = "environment_not_found", -32010


class DatasetNotFoundError(RemoteError):
    code, wire_code = "dataset_not_found", -32011


class TaskNotFoundError(RemoteError):
    code, wire_code = "task_not_found", -32012


class TaskUngradableError(RemoteError):
    code, wire_code = "task_ungradable", -32013


class TrajectoryNotFoundError(RemoteError):
    code, wire_code = "trajectory_not_found", -32014


class DatasetInvalidError(RemoteError):
    """A dataset cannot be loaded. `details` has `file`, `line`, `field` and `reason`."""

    code, wire_code = "dataset_invalid", -32015


class EpisodeNotFoundError(RemoteError):
    code, wire_code = "episode_not_found", -32020


class EpisodeExistsError(RemoteError):
    code, wire_code = "episode_exists", -32021


class EpisodeOverError(RemoteError):
    code, wire_code = "episode_over", -32022


class StepOutOfOrderError(RemoteError):
    code, wire_code = "step_out_of_order", -32023


class StepMismatchError(RemoteError):
    code, wire_code = "step_mismatch", -32024


class UnsupportedError(RemoteError):
    code, wire_code = "unsupported", -32030


class CapacityError(RemoteError):
    """No sandbox became free in time. `details` has `position` and `expected_wait_ms` of the queue."""

    code, wire_code, error_class, retryable = "capacity", -32040, "capacity", True


class SandboxUnavailableError(RemoteError):
    code, wire_code, error_class, retryable = "sandbox_unavailable", -32041, "sandbox", True


class ImageFailedError(RemoteError):
    """The image of the task cannot be built. The message has the builder's last lines."""

    code, wire_code, error_class, retryable = "image_failed", -32043, "sandbox", False


class AnswerTooLargeError(RemoteError):
    code, wire_code, error_class, retryable = "answer_too_large", -32042, "server", True


class ShuttingDownError(RemoteError):
    code, wire_code, error_class, retryable = "shutting_down", -32050, "server", True


REMOTE_ERRORS: dict[int, type[RemoteError]] = {each.wire_code: each for each in RemoteError.__subclasses__()}
"""The class of each entry of the protocol's error table, by JSON-RPC code."""


def remote_error(wire: Mapping[str, Any]) -> RemoteError:
    """The error for what the server answered. A code that this client does not know stays a plain `RemoteError`."""
    number = wire.get("code")
    data = wire.get("data")
    kind = REMOTE_ERRORS.get(number, RemoteError) if isinstance(number, int) else RemoteError
    return kind(
        str(wire.get("message", "")),
        number if isinstance(number, int) else 0,
        data if isinstance(data, dict) else None,
    )


class ConnectError(StepwellError):
    """Cannot connect: refused, unknown host, no WebSocket there, or too slow."""

    error_class, code, retryable = "connection", "connect", True
    remedy = "Check the address, and that a server runs there; `stepwell.serve()` starts one."

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        """HTTP status, if the server answered the upgrade with one."""
        self.retryable = status is None or status >= 500


class UnansweredError(StepwellError):
    """A call got no answer."""

    error_class = "connection"

    def __init__(self, message: str, method: str, step: int | None = None, may_have_run: bool = True) -> None:
        super().__init__(message)
        self.method = method
        self.step = step
        """Number of the unanswered step, to ask for it again with `episode.step(action, step=error.step)`."""
        self.may_have_run = may_have_run
        """Whether the request was sent, so that the server may have run it."""


class ConnectionLostError(UnansweredError):
    """The socket closed, and the client got no new one within `reconnect_s`; or the client was closed."""

    code = "connection_lost"
    retryable = True
    remedy = "Call again: the client connects anew, and resumes the episodes that the server still has."


class DeadlineError(UnansweredError):
    """The call's deadline passed before its answer came. A late answer is dropped."""

    code = "deadline"
    retryable = True
    remedy = "Ask for the same step number again, or allow more time by `timeout_s`."


class RequestTooLargeError(StepwellError):
    """The request has more bytes than the server takes in one message. It was not sent."""

    code = "request_too_large"
    remedy = "Send less in one action, or raise the server's `--max-frame-bytes`."


class EpisodeLostError(StepwellError):
    """The episode could not be resumed after a reconnect: its grace time was over, or its server is gone for good."""

    error_class, code = "server", "episode_lost"
    remedy = "Leave the sample out, and reset to begin another episode."


class EpisodeMovedError(StepwellError):
    """Another connection resumed this episode with its token."""

    code = "episode_moved"
    remedy = "Use the episode where it was resumed."


class EpisodeFailedError(StepwellError):
    """An infrastructure fault ended the episode. `StepResult.raise_for_failure` raises it."""

    remedy = "Leave the sample out; if `retryable`, play the task again in a new episode."

    def __init__(self, error_class: ErrorClass, code: str, message: str, retryable: bool, mask_sample: bool) -> None:
        super().__init__(message)
        self.error_class, self.code, self.retryable = error_class, code, retryable
        self._mask_sample = mask_sample


class ClosedError(StepwellError):
    """The client was closed."""

    code = "closed"
    remedy = "Make another client."


class ServerMissingError(StepwellError):
    """`serve()` did not find Stepwell or Node."""

    code = "server_missing"


class ServerStartError(StepwellError):
    """`serve()` started a server that did not get ready. The message has the last lines of its log."""

    error_class, code = "server", "server_start"
    remedy = "`npx stepwell doctor` says what this machine lacks."
