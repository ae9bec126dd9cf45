"""Programs of the pristine image run over the agent's files: grading that the agent cannot replace."""

import os
import stat
from functools import partial

from bubblewrap import Bubblewrap
from environment import ENVIRONMENT
from program import Program
from request_error import RequestError
from spawning import spawn

_ENVIRONMENT = {
    **ENVIRONMENT,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_OPTIONAL_LOCKS": "0",
}


def cover_git(layer) -> list:
    """
    bubblewrap's arguments that take the agent's say out of git: a repository's configuration can name programs to
    run, so the pristine configuration lies over it, and a repository that is no plain folder is hidden.
    """
    folder = os.path.join(layer.merged, ".git")
    kind = _kind(folder)
    if kind is None:
        return []
    window = f"{layer.WINDOW}/.git"
    redirected = any(_kind(os.path.join(folder, name)) for name in ("commondir", "config.worktree"))
    if kind != "directory" or redirected or not os.path.isfile("/.git/config"):
        return ["--tmpfs", window] if kind == "directory" else ["--ro-bind", "/dev/null", window]
    config = _kind(os.path.join(folder, "config"))
    if config is None:
        return []
    return ["--ro-bind", "/.git/config", f"{window}/config"] if config == "file" else ["--tmpfs", window]


def _kind(path: str):
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return None
    if stat.S_ISDIR(mode):
        return "directory"
    return "file" if stat.S_ISREG(mode) else "other"


def _plain_folder(merged: str, path: str) -> str:
    """An absolute path of the agent's, refused unless no part of it leads elsewhere."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    checked = merged
    for part in parts:
        checked += f"/{part}"
        if part == ".." or _kind(checked) != "directory":
            raise RequestError("path_refused", f"{path}: not a folder below the sandbox's root")
    return "".join(f"/{part}" for part in parts)


def inspect(bubblewrap: Bubblewrap, layer, request: dict, services):
    """Run `argv` and return (fields as for `run`, output)."""
    cwd = layer.WINDOW + _plain_folder(layer.merged, request.get("cwd", "/"))
    argv, descriptors = bubblewrap.inspection(layer, cover_git(layer), cwd, request["argv"])
    return Program(partial(spawn, argv, _ENVIRONMENT), descriptors, services).finish(request)
