"""The sandbox that the runner serves: one layer at a time, with one session in it."""

import os
import time
from functools import partial

from bash_process import start_bash
from bubblewrap import BWRAP, Bubblewrap
from capabilities import bound_programs
from capture import Capture
from changes import HIDDEN, Baseline, diff, mark
from confinement import Confinement, make_devices
from files import get, list_files, put
from inspection import inspect
from layer import Ground
from processes import reap_orphans, ticks_at
from program import Program
from python_process import start_python
from request_error import RequestError
from resolver import CONFIGURATION, OfflineResolver
from seccomp import filter_program
from session import CANNOT_START, Session, SessionEnded
from spawning import spawn
from zygote import Zygote

_START_S = 20.0
# What is started again may be the agent's own by now. Two attempts fit into what the server waits beyond a deadline.
_RESTART_S = 1.0


class LayerSandbox:
    """`layer` isolation: everything the agent changes lies in a layer that `reset` drops."""

    isolation = "layer"

    def __init__(self, services, kind: str, scratch: str, roots, layer_bytes: int, layer_inodes: int, hostname: str) -> None:
        self._services = dict(services)
        files = self._serve_names()
        self._hidden = HIDDEN | {scratch}
        self._ground = Ground(scratch, roots, layer_bytes, layer_inodes, files)
        bound_programs()
        if not os.access(BWRAP, os.X_OK):
            raise FileNotFoundError(f"{BWRAP} is missing")
        settings = (filter_program(), f"{scratch}/dev", hostname)
        make_devices(f"{scratch}/dev")
        self._bubblewrap = Bubblewrap(filter_program(), f"{scratch}/dev")
        self._confinement = Confinement(*settings)
        self._zygote = Zygote(settings, f"{scratch}/python3") if kind == "python" else None
        self._layer = None
        self._session = None
        self._baseline: "Baseline | None" = None

    def _serve_names(self):
        """Answer questions for names where there is no network; returns the files that lead to this resolver."""
        if not OfflineResolver.needed():
            return {}
        try:
            resolver = OfflineResolver()
        except OSError:
            # Another resolver has the port, or low ports are not for this user: names then fail more slowly.
            return {}
        self._services[resolver.fd] = resolver.answer
        return {"/etc/resolv.conf": CONFIGURATION}

    def reset(self) -> None:
        """Forget the layer and everything in it; make the next one and start its session."""
        self.close()
        reap_orphans(self._kept())
        self._layer = self._ground.new_layer()
        self._baseline = None
        self._session = self._start_session("/")

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None
        if self._layer is not None:
            self._layer.drop()
            self._layer = None

    def _kept(self):
        """The runner's own children."""
        return [one.pid for one in (self._zygote, self._session) if one is not None]

    def _process(self, cwd: str, descriptors: dict):
        if self._zygote is None:
            return start_bash(self._confinement, self._layer, (), cwd, descriptors)
        return start_python(self._zygote, self._layer, (), cwd, descriptors)

    def _start_session(self, cwd: str, patience_s: float = _START_S) -> Session:
        session = Session(self._process, cwd, self._services)
        try:
            session.wait_ready(patience_s)
        except SessionEnded:
            session.close()
            raise
        return session

    def run(self, request: dict, payload: bytes):
        """Run code in the session; a session that did not survive is started again."""
        began = time.monotonic()
        length = request["code_length"]
        idle = request.get("idle_timeout_ms")
        capture = Capture(request["max_output"])
        restarted = False
        timeout = None
        if self._session is None:
            restarted = True
            status = self._restart(capture)
        if self._session is not None:
            try:
                status, timeout = self._session.run(
                    payload[:length],
                    payload[length:] if request.get("has_stdin") else None,
                    request["timeout_ms"] / 1000,
                    None if idle is None else idle / 1000,
                    capture,
                )
            except SessionEnded as ended:
                status, timeout, restarted = ended.status, ended.timeout, True
                self._restart(capture)
        fields = {"exit_code": status, "cwd": self._cwd, "duration_us": int((time.monotonic() - began) * 1e6)}
        if timeout is not None:
            fields["timeout"] = timeout
        if restarted:
            fields["restarted"] = True
        return fields, capture.finish(fields)

    @property
    def _cwd(self) -> str:
        return self._session.cwd if self._session is not None else "/"

    def _restart(self, capture: Capture) -> int:
        """Start the session again where it was, or at `/`; when the agent left nothing to start, say so."""
        cwd = self._cwd
        if self._session is not None:
            self._session.close()
            self._session = None
        for directory in (cwd, "/"):
            try:
                self._session = self._start_session(directory, _RESTART_S)
                return 0
            except SessionEnded:
                continue
        capture.add(b"stepwell: the session could not be started again in this sandbox\n")
        return CANNOT_START

    def put(self, request: dict, payload: bytes) -> None:
        put(self._layer.merged, request["entries"], memoryview(payload))

    def get(self, request: dict) -> bytes:
        return get(self._layer.merged, request["path"], request["max_bytes"])

    def list(self, request: dict):
        return list_files(self._layer.merged, request["path"])

    def mark(self) -> None:
        self._baseline = mark(self._layer.roots, self._hidden)

    def diff(self):
        return diff(self._layer.roots, self._baseline, self._hidden)

    def inspect(self, request: dict):
        return inspect(self._bubblewrap, self._layer, request, self._services)

    def execute(self, request: dict):
        """A fresh program beside the session, in its namespaces; past the deadline all that it started is killed."""
        if self._session is None:
            self._restart(Capture(0))
        if self._session is None:
            raise RequestError("not_supported", "the session could not be started again in this sandbox")
        started = ticks_at(time.monotonic())
        program = self._program(request)
        end = partial(self._session.tree.end_since, started)
        return program.finish(request, request.get("linger_ms", 0) / 1000, end)

    def _program(self, request: dict) -> Program:
        first = self._session.tree.first
        argv, descriptors = self._bubblewrap.beside(self._layer, first, request["cwd"], request["argv"])
        return Program(partial(spawn, argv, request["env"]), descriptors, self._services)

    def quiesce(self, mode: str) -> None:
        if mode not in ("stop", "resume", "kill"):
            raise RequestError("bad_request", f"mode: expected stop, resume or kill, not {mode!r}")
        if self._session is None:
            return
        if mode == "kill":
            self._session.close()
            self._session = None
        elif mode == "stop":
            self._session.tree.stop()
        else:
            self._session.tree.resume()
