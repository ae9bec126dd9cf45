"""Real overlays for tests, in a mount namespace that ends with the test process."""

import ctypes
import os
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "..", "docker", "runner"))

import mounts

_CLONE_NEWNS = 0x20000


def enter_private_mounts() -> None:
    """Call once, before any overlay is made.

    :raises unittest.SkipTest: without the right to mount
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNS) != 0:
        raise unittest.SkipTest("needs the right to mount: root, or a user namespace")
    mounts.make_private("/")


def in_user_namespace() -> bool:
    with open("/proc/self/uid_map", encoding="ascii") as ranges:
        return "4294967295" not in ranges.read()


class OverlayCase(unittest.TestCase):
    """`lower` and `upper` are folders on a tmpfs; `mount()` shows them as `merged`."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="stepwell-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        mounts.mount("test", self.folder, "tmpfs", 0, "size=64m,mode=755")
        self.addCleanup(mounts.unmount, self.folder)
        for name in ("lower", "upper", "work", "merged"):
            path = os.path.join(self.folder, name)
            os.mkdir(path)
            setattr(self, name, path)

    def mount(self, options=""):
        options = f"lowerdir={self.lower},upperdir={self.upper},workdir={self.work}{options}"
        if in_user_namespace():
            options += ",userxattr"
        mounts.mount("overlay", self.merged, "overlay", 0, options)
        self.addCleanup(mounts.unmount, self.merged)

    def make(self, folder, tree):
        """Files from `{path: content}`: text for a file, `None` for a folder, `-> target` for a link."""
        for path, content in tree.items():
            place = os.path.join(folder, path)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            if content is None:
                os.makedirs(place, exist_ok=True)
            elif content.startswith("-> "):
                os.symlink(content[3:], place)
            else:
                with open(place, "w", encoding="utf-8") as file:
                    file.write(content)
