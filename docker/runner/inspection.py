"""Runs programs of the pristine image on the agent's files, so that the agent cannot replace what grades it."""

import os
import resource
import stat
from collections.abc import Collection, Mapping
from typing import Callable, Optional

import mounts
from confinement import Confinement
from environment import ENVIRONMENT
from layer import Layer
from mounts import MS_NODEV, MS_NOSUID, MS_REC
from program import Program
from request_error import RequestError
from spawning import become, keep_only

_ENVIRONMENT = {
    **ENVIRONMENT,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_OPTIONAL_LOCKS": "0",
}
# If the repository cannot be inspected, the program finds no folder of that name.
_NO_REPOSITORY = {"GIT_DIR": "/dev/null"}
# Where an inspecting program finds the agent's files.
WINDOW = "/mnt"
_FLAGS = MS_NOSUID | MS_NODEV


class Inspection:
    """
    Starts programs in a view of their own: the pristine files, read-only, with the agent's files, read-only, at WINDOW. The
    agent's processes are stopped meanwhile, so that the files do not change. `memory_bytes` bounds the memory of each; 0
    does not.
    """

    def __init__(self, confinement: Confinement, devices: str, memory_bytes: int) -> None:
        self._confinement = confinement
        self._devices = devices
        self._memory_bytes = memory_bytes

    def run(
        self,
        layer: Layer,
        pristine: str,
        request: dict,
        services: Mapping[int, Callable[[], None]],
        kept: Collection[int],
    ) -> tuple[dict, bytes]:
        """
        Run `argv` of the files at `pristine`, a mount point; return (fields as for `run`, output). `kept` as for a
        `Program`. Raises RequestError.
        """
        _check_places(pristine)
        cwd = WINDOW + _plain_folder(layer.merged, request.get("cwd", "/"))
        repository = _Repository(layer.merged, pristine)
        environment = _ENVIRONMENT if repository.is_plain else {**_ENVIRONMENT, **_NO_REPOSITORY}

        def start(descriptors: dict) -> int:
            def look() -> None:
                keep_only(descriptors)
                if self._memory_bytes:
                    resource.setrlimit(resource.RLIMIT_AS, (self._memory_bytes, self._memory_bytes))
                become(request["argv"], environment, cwd)

            return self._confinement.fork_looking(lambda: self._view(layer, pristine, repository), look)

        return Program(start, services, kept).finish(request)

    def _view(self, layer: Layer, root: str, repository: "_Repository") -> str:
        """In the program's mount namespace: build its root at the pristine files, and return the path."""
        window = root + WINDOW
        for part in layer.roots:
            target = window if part.prefix == "/" else window + part.prefix
            mounts.bind(layer.merged if part.prefix == "/" else layer.merged + part.prefix, target)
            mounts.protect(target, _FLAGS)
        if repository.configuration is not None:
            config = f"{window}/.git/config"
            mounts.bind(repository.configuration, config)
            mounts.protect(config, _FLAGS)
        mounts.bind(self._devices, f"{root}/dev", MS_REC)
        mounts.mount("tmpfs", f"{root}/tmp", "tmpfs", _FLAGS, "size=16m,mode=1777")
        return root


class _Repository:
    """
    The repository at the agent's root. Its configuration can name programs to run, so it is replaced by the pristine one,
    `configuration`. What has no plain configuration, or leads to another repository, is not treated as a repository.
    """

    def __init__(self, merged: str, pristine: str) -> None:
        folder = os.path.join(merged, ".git")
        known = f"{pristine}/.git/config"
        config, *others = (_kind(os.path.join(folder, name)) for name in ("config", "commondir", "config.worktree"))
        can_cover = config == "file" and _kind(f"{pristine}/.git") == "directory" and _kind(known) == "file"
        is_usable = (config is None or can_cover) and others == [None, None]
        kind = _kind(folder)
        self.is_plain = kind is None or (kind == "directory" and is_usable)
        self.configuration = known if self.is_plain and can_cover else None


def _check_places(pristine: str) -> None:
    """An image can have links at the places of mounts, which would lead out of it."""
    for place in (WINDOW, "/dev", "/proc", "/tmp"):
        if _kind(pristine + place) != "directory":
            raise RequestError("not_supported", f"inspections need a folder {place} in the image")


def _kind(path: str) -> Optional[str]:
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return None
    if stat.S_ISDIR(mode):
        return "directory"
    return "file" if stat.S_ISREG(mode) else "other"


def _plain_folder(merged: str, path: str) -> str:
    """Check that no part of an absolute path of the agent leads elsewhere."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    checked = merged
    for part in parts:
        checked += f"/{part}"
        if part == ".." or _kind(checked) != "directory":
            raise RequestError("path_refused", f"{path}: not a folder below the sandbox's root")
    return "".join(f"/{part}" for part in parts)
