"""A layer: an overlay over a ground, its upper directory on a size-capped tmpfs."""

import os
from typing import Callable, NamedTuple, Optional, Protocol

from mounts import MS_NODEV, MS_NOSUID, MS_REMOUNT, mount, unmount
from scratch import Scratch

# Where the runner lies.
HIDDEN_FOLDER = "/opt/stepwell"

# Puts files into the folders of a layer, before they are mounted.
Fill = Callable[[list[str]], None]


class Root(NamedTuple):
    """One mount of the root: its path for the agent, the lower files, and the agent's changes."""

    prefix: str
    lower: str
    upper: str


class Ground(Protocol):
    """What a layer lies on: the mounts of its root, by their paths."""

    prefixes: list[str]

    def lower(self, prefix: str) -> str:
        """The files below the layers at a mount; they may only be there once `pristine` was called."""

    def mode(self, prefix: str) -> int:
        """Permissions of the folder at a mount."""

    def mount_overlay(self, target: str, prefix: str, upper: str, work: str) -> None:
        """Mount a layer's overlay over the mount at `prefix`."""


class Layer:
    """One episode's files; `drop` removes them all."""

    def __init__(self, ground: Ground, scratch: Scratch, fill: Optional[Fill] = None) -> None:
        self._folder = scratch.next_path()
        self._is_mounted = False
        self.roots = []
        self.merged = os.path.join(self._folder, "merged")
        # The agent's /dev/shm; it shares the layer's limits and is dropped with it.
        self.shm = os.path.join(self._folder, "shm")
        os.mkdir(self._folder)
        try:
            mount("layer", self._folder, "tmpfs", MS_NOSUID | MS_NODEV, scratch.tmpfs_options)
            self._is_mounted = True
            os.mkdir(self.merged)
            os.mkdir(self.shm)
            os.chmod(self.shm, 0o1777)
            for number, prefix in enumerate(ground.prefixes):
                self._make_root(ground, number, prefix)
            if fill is not None:
                fill(self.folders)
            for number, root in enumerate(self.roots):
                self._mount_root(ground, number, root)
        except BaseException:
            self.drop()
            raise

    @property
    def folders(self) -> list[str]:
        """The folders with the agent's changes."""
        return [*(root.upper for root in self.roots), self.shm]

    def _make_root(self, ground: Ground, number: int, prefix: str) -> None:
        upper = os.path.join(self._folder, f"upper{number}")
        os.mkdir(upper)
        os.chmod(upper, ground.mode(prefix))
        self.roots.append(Root(prefix, ground.lower(prefix), upper))

    def _mount_root(self, ground: Ground, number: int, root: Root) -> None:
        work = os.path.join(self._folder, f"work{number}")
        os.mkdir(work)
        target = self.merged if root.prefix == "/" else self.merged + root.prefix
        ground.mount_overlay(target, root.prefix, root.upper, work)

    def resize(self, size: int) -> None:
        """Change how many bytes the agent's changes may take. Raises OSError if they take more already."""
        mount("layer", self._folder, "tmpfs", MS_REMOUNT | MS_NOSUID | MS_NODEV, f"size={size}")

    def drop(self) -> None:
        if self._is_mounted:
            # With what is mounted in it: the kernel waits for all processors at each call.
            unmount(self._folder)
            self._is_mounted = False
        try:
            os.rmdir(self._folder)
        except OSError:
            # A process that is just ending keeps the mount busy; the folder is empty and is removed with the container.
            pass
