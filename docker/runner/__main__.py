"""The resident runner: serves one sandbox to one server until the channel closes."""

import errno
import gc
import os
import signal
import sys
import traceback
from collections import deque
from collections.abc import Mapping
from typing import Callable

from confinement import set_dumpable
from frames import Disconnected, Frame, FrameChannel
from replaced_sandbox import ReplacedSandbox
from request_error import RequestError
from sandbox import LayerSandbox, LayerSettings

VERSION = 1
# Requests that start a process in the agent's limits, and the errors when these are used up.
_STARTS = ("exec", "inspect")
_NO_ROOM = (errno.EAGAIN, errno.ENOMEM)


class Abandoned(Exception):
    """Raised in a request when the server asks for a reset: the server no longer needs the request's result."""


class Runner:
    """Answers requests in order; `ping` is answered at once, even while code runs."""

    def __init__(self, channel: FrameChannel, settings: Mapping[str, str]) -> None:
        self._channel = channel
        self._sandbox = make_sandbox(settings, {channel.read_fd: self._meanwhile})
        self._waiting = deque()
        self._handlers = {
            "run": lambda header, payload: self._sandbox.run(header, payload),
            "put": lambda header, payload: self._sandbox.put(header, payload),
            "get": lambda header, _: ({}, self._sandbox.get(header)),
            "list": lambda header, _: ({"files": self._sandbox.list(header)}, b""),
            "mark": lambda _header, _payload: self._sandbox.mark(),
            "diff": lambda _header, _payload: (self._sandbox.diff(), b""),
            "checksums": lambda header, _: (self._sandbox.checksums(header), b""),
            "inspect": lambda header, _: self._sandbox.inspect(header),
            "exec": lambda header, _: self._sandbox.execute(header),
            "quiesce": lambda header, _: self._sandbox.quiesce(header["mode"]),
            "snapshot": lambda _header, _payload: self._sandbox.snapshot(),
            "restore": lambda _header, payload: self._sandbox.restore(payload),
            "reset": lambda _header, _payload: self._sandbox.reset(),
        }

    def greet(self) -> None:
        """Send hello, then `ready` when the first session is ready."""
        sandbox = self._sandbox
        hello = {"event": "hello", "version": VERSION, "isolation": sandbox.isolation, "session": sandbox.kind}
        self._channel.write(hello)
        self._sandbox.reset()
        self._channel.write({"event": "ready"})

    def serve(self) -> None:
        while True:
            header, payload = self._waiting.popleft() if self._waiting else checked(self._channel.read())
            if header["op"] == "quit":
                return
            try:
                self._sort()
            except Abandoned:
                pass
            self._answer(header, payload)

    def _answer(self, header: dict, payload: bytes) -> None:
        if header["op"] == "ping":
            self._channel.write({"id": header["id"], "ok": True})
            return
        handler = self._handlers.get(header["op"])
        try:
            if header["op"] != "reset" and any(waiting["op"] == "reset" for waiting, _ in self._waiting):
                raise Abandoned
            if handler is None:
                raise RequestError("bad_request", f"op: unknown {header['op']!r}")
            fields, data = handler(header, payload) or ({}, b"")
        except RequestError as error:
            self._refuse(header, error.code, str(error))
        except KeyError as error:
            self._refuse(header, "bad_request", f"{error.args[0]}: missing")
        except Abandoned:
            self._refuse(header, "abandoned", "a reset was asked for meanwhile")
        except Disconnected:
            raise
        except OSError as error:
            if header["op"] not in _STARTS or error.errno not in _NO_ROOM:
                traceback.print_exc()
                self._refuse(header, "fault", f"{type(error).__name__}: {error}")
            else:
                self._refuse(header, "exhausted", f"no process can be started beside the agent's: {error.strerror}")
        except Exception as error:  # any error must reach the server
            traceback.print_exc()
            self._refuse(header, "fault", f"{type(error).__name__}: {error}")
        else:
            self._channel.write({"id": header["id"], "ok": True, **fields}, data)

    def _refuse(self, header: dict, code: str, message: str) -> None:
        self._channel.write({"id": header["id"], "ok": False, "code": code, "message": message})

    def close(self) -> None:
        self._sandbox.close()

    def _meanwhile(self) -> None:
        """Handle frames that arrive while code runs: pings are answered, a reset ends the code, other requests wait."""
        self._channel.fill()
        self._sort()

    def _sort(self) -> None:
        while (frame := self._channel.next_buffered()) is not None:
            if checked(frame)[0]["op"] == "ping":
                self._answer(*frame)
            else:
                self._waiting.append(frame)
                if frame[0]["op"] == "reset":
                    raise Abandoned


def checked(frame: Frame) -> Frame:
    """The frame, if it is a request. A request without an id cannot be answered, not even with an error."""
    header, _ = frame
    if not isinstance(header.get("op"), str) or not isinstance(header.get("id"), int):
        raise Disconnected("a frame that is no request")
    return frame


def make_sandbox(settings: Mapping[str, str], services: Mapping[int, Callable[[], None]]) -> LayerSandbox:
    """
    The sandbox of the wanted isolation. There is no fallback: in a container with the rights to make layers, an agent
    without a layer would have these rights too.
    """
    kind = settings.get("STEPWELL_SESSION", "bash")
    if settings.get("STEPWELL_ISOLATION", "layer") == "replace":
        return ReplacedSandbox(services, kind)
    made = LayerSettings(
        session=kind,
        scratch=settings.get("STEPWELL_SCRATCH", "/run/stepwell"),
        roots=settings.get("STEPWELL_ROOTS", "/").split(":"),
        layer_bytes=int(settings.get("STEPWELL_LAYER_BYTES", 128 * 1024 * 1024)),
        layer_inodes=int(settings.get("STEPWELL_LAYER_INODES", 32768)),
        memory_bytes=int(settings.get("STEPWELL_MEMORY_BYTES", 0)),
        pids=int(settings.get("STEPWELL_PIDS", 0)),
        hostname=settings.get("STEPWELL_HOSTNAME", "stepwell"),
    )
    return LayerSandbox(services, made)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    set_dumpable(False)
    # Freeze loaded modules so that the garbage collector skips them. A step makes no reference cycles, so the collector
    # rarely runs.
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    socket_path = os.environ.get("STEPWELL_SOCKET")
    channel = FrameChannel.connect(socket_path) if socket_path else FrameChannel(0, 1)
    try:
        runner = Runner(channel, os.environ)
        runner.greet()
    except Exception as error:  # any error here is the reason why the container ends
        sys.exit(f"stepwell runner: no {os.environ.get('STEPWELL_ISOLATION', 'layer')}: {type(error).__name__}: {error}")
    try:
        runner.serve()
    except Disconnected as gone:
        print(f"stepwell runner: {gone}", file=sys.stderr)
    finally:
        runner.close()


if __name__ == "__main__":
    main()
