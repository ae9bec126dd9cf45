"""A layer: an overlay over the container's root, its upper directory on a size-capped tmpfs."""

import os
import shutil
import stat
from collections.abc import Mapping
from typing import Callable, NamedTuple, Optional

from lower import BOUND_FILES
from mounts import MS_NODEV, MS_NOSUID, bind_if_there, mount, unmount

# Where the runner lies.
HIDDEN_FOLDER = "/opt/stepwell"
# The second works in a user namespace: there the kernel keeps its marks in `user.*` attributes.
_OVERLAY_OPTIONS = ("metacopy=off,redirect_dir=off", "userxattr")


# Puts files into the folders of a layer, before they are mounted.
Fill = Callable[[list[str]], None]


class Root(NamedTuple):
    """One mount of the root: its path for the agent, the lower files, and the agent's changes."""

    prefix: str
    lower: str
    upper: str


class Ground:
    """
    The common base of a container's layers: the scratch folder, and a mask that hides the runner and puts `files`, texts
    by path, over the root's.
    """

    def __init__(
        self, scratch: str, roots: list[str], layer_bytes: int, layer_inodes: int, files: Mapping[str, str]
    ) -> None:
        self.scratch = scratch
        self.prefixes = roots
        self.tmpfs_options = f"size={layer_bytes},nr_inodes={layer_inodes},mode=755"
        self._overlay_options = None
        self._count = 0
        os.makedirs(scratch, exist_ok=True)
        mount("stepwell", scratch, "tmpfs", MS_NOSUID | MS_NODEV, "size=8m,mode=700")
        self._mask = os.path.join(scratch, "mask")
        self._empty = os.path.join(scratch, "empty")
        for folder in (self._mask, self._empty):
            os.mkdir(folder)
        self._make_mask(files)

    def _make_mask(self, files: Mapping[str, str]) -> None:
        if os.path.isdir(HIDDEN_FOLDER):
            os.mknod(self._mirror(HIDDEN_FOLDER), 0o600 | stat.S_IFCHR, 0)
        # They lie below the mount, and a layer would show the empty files underneath.
        for path in (f"/{name}" for name in BOUND_FILES):
            if os.path.ismount(path):
                shutil.copy2(path, self._mirror(path))
        for path, text in files.items():
            with open(self._mirror(path), "w", encoding="utf-8") as file:
                file.write(text)
            # A diff then compares with what the agent saw.
            bind_if_there(self._mirror(path), path)

    def mount_overlay(self, target: str, prefix: str, upper: str, work: str) -> None:
        """Mount a layer's overlay over the root's mount at `prefix`."""
        lower = f"{self._mask}:{prefix}" if prefix == "/" else prefix
        self._mount(target, f"lowerdir={lower},upperdir={upper},workdir={work}")

    def mount_pristine(self, target: str, prefix: str) -> None:
        """Mount the pristine files read-only."""
        self._mount(target, f"lowerdir={self._mask if prefix == '/' else self._empty}:{prefix}")

    def _mount(self, target: str, places: str) -> None:
        choices = _OVERLAY_OPTIONS if self._overlay_options is None else (self._overlay_options,)
        for options in choices:
            try:
                mount("overlay", target, "overlay", MS_NOSUID | MS_NODEV, f"{places},{options}")
                self._overlay_options = options
                return
            except OSError:
                if options == choices[-1]:
                    raise

    def _mirror(self, path: str) -> str:
        """The path in the mask, with parents made like those in the root."""
        parent = os.path.dirname(path)
        mirrored = self._mask + parent
        if not os.path.isdir(mirrored):
            os.makedirs(mirrored)
            shutil.copystat(parent, mirrored)
        return self._mask + path

    @property
    def form(self) -> list:
        """What a layer and its copy have in common: the mounts of the root, and how they are made."""
        return [self.prefixes, self._overlay_options]

    def new_layer(self, fill: Optional[Fill] = None) -> "Layer":
        self._count += 1
        return Layer(self, os.path.join(self.scratch, str(self._count)), fill)


class Pristine:
    """The files that every layer begins with, read-only; made once."""

    def __init__(self, ground: Ground) -> None:
        self.merged = os.path.join(ground.scratch, "pristine")
        os.mkdir(self.merged)
        for prefix in ground.prefixes:
            ground.mount_pristine(self.merged if prefix == "/" else self.merged + prefix, prefix)


class Layer:
    """One episode's files; `drop` removes them all."""

    def __init__(self, ground: Ground, folder: str, fill: Optional[Fill] = None) -> None:
        self._folder = folder
        self._is_mounted = False
        self.roots = []
        self.merged = os.path.join(folder, "merged")
        # The agent's /dev/shm; it shares the layer's limits and is dropped with it.
        self.shm = os.path.join(folder, "shm")
        os.mkdir(folder)
        try:
            mount("layer", folder, "tmpfs", MS_NOSUID | MS_NODEV, ground.tmpfs_options)
            self._is_mounted = True
            os.mkdir(self.merged)
            os.mkdir(self.shm)
            os.chmod(self.shm, 0o1777)
            for number, prefix in enumerate(ground.prefixes):
                self._make_root(number, prefix)
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

    def _make_root(self, number: int, prefix: str) -> None:
        upper = os.path.join(self._folder, f"upper{number}")
        os.mkdir(upper)
        shutil.copymode(prefix, upper)
        self.roots.append(Root(prefix, prefix, upper))

    def _mount_root(self, ground: Ground, number: int, root: Root) -> None:
        work = os.path.join(self._folder, f"work{number}")
        os.mkdir(work)
        target = self.merged if root.prefix == "/" else self.merged + root.prefix
        ground.mount_overlay(target, root.prefix, root.upper, work)

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
