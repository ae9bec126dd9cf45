"""Where the layers of a container are made."""

import os

from mounts import MS_NODEV, MS_NOSUID, mount

# The second works in a user namespace: there the kernel keeps its marks in `user.*` attributes.
_OVERLAY_OPTIONS = ("metacopy=off,redirect_dir=off", "userxattr")


class Scratch:
    """A folder on a small tmpfs that no agent sees, and the kind of overlay that this machine allows."""

    def __init__(self, path: str, layer_bytes: int, layer_inodes: int) -> None:
        self.path = path
        self.tmpfs_options = f"size={layer_bytes},nr_inodes={layer_inodes},mode=755"
        self.overlay_options = None
        self._count = 0
        os.makedirs(path, exist_ok=True)
        mount("stepwell", path, "tmpfs", MS_NOSUID | MS_NODEV, "size=8m,mode=700")
        self.empty = self.folder("empty")

    def folder(self, name: str) -> str:
        """Make a folder."""
        path = os.path.join(self.path, name)
        os.mkdir(path)
        return path

    def next_path(self) -> str:
        """A path at which there was nothing yet."""
        self._count += 1
        return os.path.join(self.path, str(self._count))

    def mount_overlay(self, target: str, places: str) -> None:
        """Mount an overlay of these places, the kernel's options for its folders. Raises OSError."""
        choices = _OVERLAY_OPTIONS if self.overlay_options is None else (self.overlay_options,)
        for options in choices:
            try:
                mount("overlay", target, "overlay", MS_NOSUID | MS_NODEV, f"{places},{options}")
                self.overlay_options = options
                return
            except OSError:
                if options == choices[-1]:
                    raise
