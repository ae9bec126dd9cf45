"""What layers of an image lie on: folders of the image store."""

import os
from typing import Any, ClassVar, NamedTuple, Optional

from image import Image
from image_shell import shell_in
from layer import Fill, Layer
from mounts import unmount
from scratch import Scratch
from shell_process import Shell

# Where the short names of the layers are: the kernel takes one page of options.
_NAMES = "/proc/self/fd"


class Frame(NamedTuple):
    """Folders that lie above and below the layers of every image."""

    above: str
    below: str


class ImageGround:
    """
    An image without a container of its own. `layers` are descriptors of its folders, uppermost first, each once; the
    ground closes them.
    """

    prefixes: ClassVar[list[str]] = ["/"]

    def __init__(self, scratch: Scratch, frame: Frame, image: Image, layers: list[int]) -> None:
        self.image = image
        self._scratch = scratch
        self._layers = layers
        self._lowers = ":".join((frame.above, *map(str, layers), frame.below))
        self._pristine = scratch.next_path()
        self._is_shown = False
        self._shell = None

    def lower(self, _prefix: str) -> str:
        return self._pristine

    def mode(self, _prefix: str) -> int:
        # A layer seldom says, and its folder may be of any mode.
        return 0o755

    def mount_overlay(self, target: str, _prefix: str, upper: str, work: str) -> None:
        self._mount(target, f",upperdir={upper},workdir={work}")

    def pristine(self) -> str:
        """The image's files, read-only; mounted when they are first asked for."""
        if not self._is_shown:
            os.makedirs(self._pristine, exist_ok=True)
            self._mount(self._pristine, "")
            self._is_shown = True
        return self._pristine

    def _mount(self, target: str, places: str) -> None:
        os.chdir(_NAMES)
        try:
            self._scratch.mount_overlay(target, f"lowerdir={self._lowers}{places}")
        finally:
            os.chdir("/")

    @property
    def form(self) -> list[Any]:
        return [self.prefixes, self._scratch.overlay_options, *self.image]

    def new_layer(self, fill: Optional[Fill] = None) -> Layer:
        return Layer(self, self._scratch, fill)

    def shell(self, layer: Layer) -> Shell:
        """The shell of its sessions, looked up in its first layer. Raises RequestError if there is none."""
        if self._shell is None:
            self._shell = shell_in(layer.merged, self.image)
        return self._shell

    def drop(self) -> None:
        """Once no layer lies on it."""
        if self._is_shown:
            unmount(self._pristine)
            os.rmdir(self._pristine)
            self._is_shown = False
        while self._layers:
            os.close(self._layers.pop())
