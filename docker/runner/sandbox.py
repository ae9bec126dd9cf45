"""The sandbox that the runner serves: one layer at a time, with one session in it."""

import os
import signal
import time
from collections.abc import Mapping
from functools import partial
from typing import Any, Callable, Optional, Union

import capabilities
from agent_groups import TaskLimits, limit_groups, make_agent_groups
from bare_network import furnish
from beside import CannotStart
from capture import Capture
from changes import HIDDEN, Baseline, diff, mark
from checksums import checksums
from confinement import Confinement
from devices import make_devices, protect_settings
from environment import ENVIRONMENT
from files import get, list_files, put
from ground import Ground
from image import Image, image_of
from image_ground import ImageGround
from image_store import opened_store
from inspection import Inspection
from layer import Layer
from layer_copy import CannotCopy, unpack
from layer_settings import LayerSettings
from processes import end_strays, reap_orphans, ticks_at
from program import Program, argv_of, not_started
from request_error import RequestError
from resolver import CONFIGURATION, OfflineResolver
from sandbox_copy import NotCopied, SandboxCopy, baseline_of, copy_of, take_state
from scratch import Scratch
from seccomp import filter_program
from session import CANNOT_START, Session, SessionEnded
from session_process import SessionProcess
from shell_process import BREAK, Shell, start_shell
from user import User
from users import user_in
from zygote import Zygote, ZygoteSettings

_START_S = 20.0
# The program of a restarted session may be the agent's by now. Two attempts fit into the server's grace after a deadline.
_RESTART_S = 1.0


class LayerSandbox:
    """`layer` isolation: everything that the agent changes is in a layer, which `reset` drops."""

    isolation = "layer"
    _shell = Shell()

    def __init__(self, services: Mapping[int, Callable[[], None]], settings: LayerSettings) -> None:
        self._services = dict(services)
        self.kind = settings.session
        files = {**(furnish() if settings.bare_network else {}), **self._serve_names()}
        scratch = Scratch(settings.scratch, settings.layer_bytes, settings.layer_inodes)
        self._hidden = HIDDEN | {scratch.path}
        # Of layers without an image.
        self._own_ground = Ground(scratch, settings.roots, files)
        # The image of the present layer, as its reset named it.
        self.image: Optional[dict] = None
        self._ground = self._own_ground
        self._store = opened_store(settings.store, scratch)
        devices = f"{scratch.path}/dev"
        make_devices(devices)
        protect_settings()
        groups = make_agent_groups(settings.memory_bytes, settings.pids)
        self._groups = groups
        self._own_limits = TaskLimits(settings.memory_bytes, settings.pids, 0, settings.layer_bytes)
        self._limits = TaskLimits()
        capabilities.bequeath()
        capabilities.bound(capabilities.AGENT)
        seccomp_filter = filter_program()
        self._confinement = Confinement(seccomp_filter, devices, settings.hostname)
        self._inspection = Inspection(self._confinement, devices, 0 if groups else settings.memory_bytes)
        interpreter = f"{scratch.path}/python3" if self.kind == "python" else None
        self._zygote = Zygote(ZygoteSettings(seccomp_filter, devices, settings.hostname, groups), interpreter)
        self._layer = None
        self._session = None
        self._baseline: Baseline | None = None

    def _serve_names(self) -> dict[str, str]:
        """Answer DNS queries if there is no network; returns the files that point to this resolver."""
        if not OfflineResolver.needed():
            return {}
        try:
            resolver = OfflineResolver()
        except OSError:
            # The port is taken, or this user may not use low ports: lookups then fail more slowly.
            return {}
        self._services[resolver.fd] = resolver.answer
        return {"/etc/resolv.conf": CONFIGURATION}

    def reset(self, image: Any = None) -> None:
        """
        Drop the layer and everything in it; make the next one and start its session: on `image`, or on the container's own
        root. Raises RequestError if the image cannot be used; then the next one is on the own root.
        """
        self.image = None
        if image is None:
            self._renew(self._own_ground)
            return
        try:
            self._renew(self._ground_of(image_of(image)))
            self.image = image
        except (RequestError, SessionEnded, OSError) as error:
            self._renew(self._own_ground)
            if isinstance(error, SessionEnded):
                message = "the image's shell does not start: is it for another machine, or without its loader?"
                raise RequestError("not_supported", message) from error
            raise

    def _ground_of(self, image: Image) -> Union[Ground, ImageGround]:
        """The present ground if it is this image's, else a new one. Raises RequestError."""
        if self._store is None or self.kind != "bash":
            raise RequestError("not_supported", "image: this sandbox has no image store, or no Bash session")
        return self._ground if image == self._ground.image else self._store.ground(image)

    def _renew(self, ground: Union[Ground, ImageGround]) -> None:
        """Drop the layer; make the next one on `ground`, and start its session."""
        self.close()
        end_strays(self._own())
        if self._limits != TaskLimits():
            self._limits = TaskLimits()
            limit_groups(self._groups, self._own_limits, self._limits)
        if ground is not self._ground:
            self._ground.drop()
            self._ground = ground
        self._layer = ground.new_layer()
        self._baseline = None
        self._shell = ground.shell(self._layer)
        self._session = self._start_session(self._shell.workdir)

    def close(self) -> None:
        self._end_session()
        if self._layer is not None:
            self._layer.drop()
            self._layer = None

    def _end_session(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _own(self) -> frozenset:
        """The runner's own processes."""
        return frozenset((os.getpid(), self._zygote.pid))

    def _kept(self) -> frozenset:
        """Those, and the session's first process, whose end the session waits for itself."""
        return self._own() if self._session is None else self._own() | {self._session.pid}

    def _process(self, cwd: str, descriptors: dict) -> SessionProcess:
        is_shell = self.kind == "bash"
        if is_shell:
            pid = start_shell(self._zygote, self._shell, self._place, cwd, descriptors)
        else:
            pid = self._zygote.start(self._place, None, ENVIRONMENT, cwd, descriptors)
        break_signal = BREAK if is_shell else signal.SIGINT
        has_parent = not is_shell and self._confinement is not None
        shell = self._shell
        return SessionProcess(pid, break_signal, has_parent, self._confinement, self._own, shell.user, shell.is_apart)

    @property
    def _place(self) -> Optional[Layer]:
        """The layer on which a session starts."""
        return self._layer

    def _start_session(self, cwd: str, patience_s: float = _START_S) -> Session:
        try:
            session = Session(self._process, cwd, self._services, not self._shell.is_bash)
        except CannotStart as error:
            raise SessionEnded(CANNOT_START) from error
        try:
            session.wait_ready(patience_s)
        except BaseException:
            session.close()
            raise
        return session

    def run(self, request: dict, payload: bytes) -> tuple[dict, bytes]:
        """Run code in the session; a session that did not survive is restarted."""
        self._refuse_at_rest()
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

    def _refuse_at_rest(self) -> None:
        if self._session is not None and self._session.processes.at_rest:
            raise RequestError("bad_request", "the processes are stopped; resume them first")

    @property
    def _cwd(self) -> str:
        return self._session.cwd if self._session is not None else "/"

    def _restart(self, capture: Capture) -> int:
        """
        Restart the session in its working directory, or in `/`; returns the exit status of the command that it lost. If
        it cannot start on the agent's files, the output says so.
        """
        cwd = self._cwd
        self._end_session()
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

    def place(self, request: dict, payload: bytes) -> None:
        # Few sandboxes need it, and it delays a start.
        import placing

        placing.place(self._layer.merged, request["removed"], payload)

    def get(self, request: dict) -> bytes:
        return get(self._layer.merged, request["path"], request["max_bytes"])

    def list(self, request: dict) -> list[dict]:
        return list_files(self._layer.merged, request["path"])

    def mark(self) -> None:
        self._baseline = mark(self._layer.roots, self._hidden)

    def diff(self) -> dict:
        # What it compares with.
        self._ground.pristine()
        return self._at_rest(lambda: diff(self._layer.roots, self._baseline, self._hidden))

    def checksums(self, request: dict) -> dict:
        return self._at_rest(lambda: checksums(self._layer.merged, request["paths"]))

    def inspect(self, request: dict) -> tuple[dict, bytes]:
        ground = self._own_ground if request.get("tools") == "runner" else self._ground
        pristine = ground.pristine()
        return self._at_rest(lambda: self._inspection.run(self._layer, pristine, request, self._services, self._kept()))

    def snapshot(self) -> tuple[dict, bytes]:
        """The whole state as bytes; without bytes, the reasons why it cannot be copied exactly."""
        self._refuse_at_rest()
        copied = self._copy()
        if isinstance(copied, NotCopied):
            return copied._asdict(), b""
        return {"reasons": [], "processes": 0}, copied.encode()

    def _copy(self) -> Union[SandboxCopy, NotCopied]:
        if self._shell.user is not None or self._shell.is_apart:
            return NotCopied(["a session of another user than root, or with a network of its own"])
        if self.kind != "bash" or not self._shell.is_bash or self._session is None or self._session.has_ended:
            return NotCopied(["a session that is not Bash"])
        try:
            return copy_of(self._session, self._layer, self._ground.form, self._baseline)
        except SessionEnded:
            self._end_session()
            return NotCopied(["a session that ended"])

    def restore(self, payload: bytes) -> None:
        """Drop the layer, and make one with the state of a snapshot. Raises RequestError if it would be another state."""
        copy = SandboxCopy.decode(payload)
        if self.kind != "bash" or copy.ground != self._ground.form:
            raise RequestError("not_supported", "this sandbox has another kind of layer")
        self.close()
        end_strays(self._own())
        try:
            self._layer = self._ground.new_layer(lambda folders: unpack(copy.packed, folders))
        except CannotCopy as error:
            self._renew(self._ground)
            raise RequestError("not_supported", f"the layer cannot be made again: {error}") from error
        self._baseline = baseline_of(copy.baseline, self._layer)
        try:
            self._session = self._start_session("/", _RESTART_S)
            is_same = take_state(self._session, copy.script)
        except SessionEnded:
            is_same = False
        if not is_same:
            self._renew(self._ground)
            raise RequestError("not_supported", "the state of the shell cannot be made again")

    def _at_rest(self, look: Callable[[], Any]) -> Any:
        """The result of `look` while no process of the agent changes files."""
        if self._session is None:
            return look()
        seen = self._session.processes.while_stopped(look)
        if seen is not None:
            return seen
        # A session that does not stay stopped is ended.
        self._end_session()
        return look()

    def execute(self, request: dict) -> tuple[dict, bytes]:
        """Run a program beside the session, in its namespaces; at the deadline all that it started is killed."""
        self._refuse_at_rest()
        if self._session is None or self._session.has_ended:
            self._restart(Capture(0))
        if self._session is None:
            return not_started(request, "the session could not be started again in this sandbox")
        # A zombie counts towards the agent's processes until it is waited for, and an episode may be long.
        reap_orphans(self._kept())
        linger_s = request.get("linger_ms", 0) / 1000
        started = ticks_at(time.monotonic())
        try:
            program = Program(partial(self._start_program, request), self._services, self._kept())
        except CannotStart as error:
            return not_started(request, str(error))
        return program.finish(request, linger_s, partial(self._end_since, started))

    def _start_program(self, request: dict, descriptors: dict) -> int:
        argv, env, cwd, user = argv_of(request, self._shell.path), request["env"], request["cwd"], None
        if "user" in request:
            user = self._user(request["user"])
            env = {"HOME": user.home, **env}
        return self._zygote.start_beside(self._session.namespaces, argv, env, cwd, descriptors, _unless_root(user))

    def limit(self, request: dict) -> None:
        """Lower the agent's limits until the next reset. Where no groups can be made, only that of the layer."""
        wanted = TaskLimits(*(request.get(name, 0) for name in TaskLimits._fields))
        for name, value, most in zip(TaskLimits._fields, wanted, self._own_limits):
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0
            if not is_number or (most and value > most) or (name != "cpus" and not isinstance(value, int)):
                raise RequestError("bad_request", f"{name}: expected a number up to the sandbox's own, {most or 'any'}")
        self._limits = wanted
        try:
            limit_groups(self._groups, self._own_limits, wanted)
            if wanted.layer_bytes:
                self._layer.resize(wanted.layer_bytes)
        except OSError as error:
            raise RequestError("not_supported", f"the sandbox needs more than this limit already: {error}") from error

    def become(self, request: dict) -> dict:
        """
        End the session and begin one as another user, which all later ones are, and with `network: none` in a network
        namespace of its own; the user's home.
        """
        if self.kind != "bash":
            raise RequestError("not_supported", "user: an interpreter runs as root")
        self._refuse_at_rest()
        user = self._user(request.get("user", "root"))
        if request.get("network", "own") not in ("own", "none"):
            raise RequestError("bad_request", "network: expected own or none")
        # Without any network there is nothing to be apart from.
        is_apart = request.get("network") == "none" and not OfflineResolver.needed()
        own = {} if self._ground.image is None else self._ground.image.env
        env = {**self._shell.env, "HOME": own.get("HOME", user.home)}
        self._end_session()
        self._shell = self._shell._replace(user=_unless_root(user), env=env, is_apart=is_apart)
        try:
            self._session = self._start_session(self._shell.workdir)
        except SessionEnded:
            # A folder that this user may not enter.
            self._session = self._start_session("/")
        return {"home": env["HOME"]}

    def _user(self, wanted: Any) -> User:
        """A user by the pristine files of the image, whatever the agent has written."""
        return user_in(self._ground.pristine(), wanted)

    def _end_since(self, started: int) -> None:
        if not self._session.processes.end_since(started):
            self._end_session()

    def quiesce(self, mode: str) -> None:
        if mode not in ("stop", "resume", "kill"):
            raise RequestError("bad_request", f"mode: expected stop, resume or kill, not {mode!r}")
        if self._session is None:
            return
        if mode == "resume":
            self._session.processes.release()
        elif mode == "kill" or not self._session.processes.halt():
            # A session that cannot be stopped is ended.
            self._end_session()


def _unless_root(user: Optional[User]) -> Optional[User]:
    """Root runs with the rights of every program."""
    return user if user is not None and user.uid != 0 else None
