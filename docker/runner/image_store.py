"""The layers of images that the engine shows, and grounds made of them."""

import errno
import os
import shutil
from collections.abc import Iterable
from typing import Optional

import mounts
from image import Image
from image_ground import Frame, ImageGround
from lower import BOUND_FILES
from mounts import MS_REC
from request_error import RequestError
from scratch import Scratch

_FOLDER = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class ImageStore:
    """
    A folder that the engine shows in the container. Each of its folders is a layer of images, as an overlay's lower
    directory. It is read-only here, without devices and set-user-ID programs; later layers appear in it by themselves.
    """

    def __init__(self, path: str, scratch: Scratch) -> None:
        mounts.bind(path, path, MS_REC)
        mounts.protect_tree(path)
        self._path = path
        self._scratch = scratch
        self._frame = _frame(scratch)

    def ground(self, image: Image) -> ImageGround:
        """A ground of these layers. Raises RequestError `image_missing` if one is not there."""
        opened: list[int] = []
        try:
            # The kernel takes no folder twice. What a layer shows is shown by its uppermost place.
            for name in dict.fromkeys(reversed(image.layers)):
                opened.append(self._open(name))
            return ImageGround(self._scratch, self._frame, image, opened)
        except BaseException:
            for fd in opened:
                os.close(fd)
            raise

    def _open(self, name: str) -> int:
        try:
            return os.open(os.path.join(self._path, name), _FOLDER)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
                raise RequestError("image_missing", f"the store has no layer {name}; add the image again") from error
            raise


def _frame(scratch: Scratch) -> Frame:
    """What every image is seen with: mount points and the container's own network files above it, and folders below it."""
    above, below = scratch.folder("above"), scratch.folder("below")
    # A link at one of these places would lead a mount out of the layer.
    _make_folders(above, (("dev", 0o755), ("etc", 0o755), ("proc", 0o555)))
    for path in BOUND_FILES:
        if os.path.isfile(f"/{path}"):
            shutil.copyfile(f"/{path}", f"{above}/{path}")
            os.chmod(f"{above}/{path}", 0o644)
    _make_folders(below, (("mnt", 0o755), ("root", 0o700), ("sys", 0o555), ("tmp", 0o1777)))
    return Frame(above, below)


def _make_folders(parent: str, folders: Iterable[tuple[str, int]]) -> None:
    for name, mode in folders:
        path = f"{parent}/{name}"
        os.mkdir(path)
        os.chmod(path, mode)


def opened_store(path: Optional[str], scratch: Scratch) -> Optional[ImageStore]:
    """The store at `path`; None if the engine shows none."""
    return ImageStore(path, scratch) if path else None
