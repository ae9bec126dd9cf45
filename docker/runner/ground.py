"""What the layers of a container lie on: its own root."""

import os
import shutil
import stat
from collections.abc import Mapping
from typing import Any, Optional

from layer import HIDDEN_FOLDER, Fill, Layer
from lower import BOUND_FILES
from mounts import bind_if_there
from scratch import Scratch
from shell_process import Shell


class Ground:
    """The container's own root, below a mask that hides the runner and puts `files`, texts by path, over the root's."""

    image = None

    def __init__(self, scratch: Scratch, roots: list[str], files: Mapping[str, str]) -> None:
        self._scratch = scratch
        self.prefixes = roots
        self._mask = scratch.folder("mask")
        self._make_mask(files)
        self._pristine = scratch.folder("pristine")
        for prefix in roots:
            lower = f"{self._mask if prefix == '/' else scratch.empty}:{prefix}"
            scratch.mount_overlay(self._pristine if prefix == "/" else self._pristine + prefix, f"lowerdir={lower}")

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

    def _mirror(self, path: str) -> str:
        """The path in the mask, with parents made like those in the root."""
        parent = os.path.dirname(path)
        mirrored = self._mask + parent
        if not os.path.isdir(mirrored):
            os.makedirs(mirrored)
            shutil.copystat(parent, mirrored)
        return self._mask + path

    def lower(self, prefix: str) -> str:
        """The files below the layers at a mount of the root."""
        return prefix

    def mode(self, prefix: str) -> int:
        return stat.S_IMODE(os.stat(prefix).st_mode)

    def mount_overlay(self, target: str, prefix: str, upper: str, work: str) -> None:
        """Mount a layer's overlay over the root's mount at `prefix`."""
        lower = f"{self._mask}:{prefix}" if prefix == "/" else prefix
        self._scratch.mount_overlay(target, f"lowerdir={lower},upperdir={upper},workdir={work}")

    def pristine(self) -> str:
        """The files that every layer begins with, read-only."""
        return self._pristine

    @property
    def form(self) -> list[Any]:
        """What a layer and its copy have in common: the mounts of the root, and how they are made."""
        return [self.prefixes, self._scratch.overlay_options]

    def new_layer(self, fill: Optional[Fill] = None) -> Layer:
        return Layer(self, self._scratch, fill)

    def shell(self, _layer: Layer) -> Shell:
        """The shell of its sessions."""
        return Shell()

    def drop(self) -> None:
        """It lasts as long as the container."""
