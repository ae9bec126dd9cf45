"""An image as a reset names it."""

import re
from typing import Any, NamedTuple

from request_error import RequestError

# Layers of one image; a container engine allows 127, the kernel 500.
MOST_LAYERS = 256
# Plain names without a dot at the start: a folder of the store, or one in such a folder.
_PLAIN = r"[A-Za-z0-9][A-Za-z0-9._+=@-]{0,199}"
_NAME = re.compile(f"{_PLAIN}(/{_PLAIN})?")
_VARIABLE = re.compile(r"[^=\0]+")


class Image(NamedTuple):
    """What a reset names: folders of the store, lowest first, and the environment and working directory of its sessions."""

    layers: list[str]
    env: dict[str, str]
    workdir: str


def image_of(wanted: Any) -> Image:
    """Check what a request says of an image. Raises RequestError `bad_request`."""
    if not isinstance(wanted, dict) or not set(wanted) <= {"name", "user", "layers", "env", "workdir"}:
        raise RequestError("bad_request", "image: expected {layers, name?, user?, env?, workdir?}")
    layers, env, workdir = wanted.get("layers"), wanted.get("env", {}), wanted.get("workdir", "/")
    if not isinstance(layers, list) or not layers:
        raise RequestError("bad_request", "image.layers: expected the names of its layers, lowest first")
    if len(layers) > MOST_LAYERS:
        raise RequestError("bad_request", f"image.layers: at most {MOST_LAYERS} layers, not {len(layers)}; squash the image")
    for number, name in enumerate(layers):
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise RequestError("bad_request", f"image.layers[{number}]: expected the name of a folder of the store")
    if not isinstance(env, dict) or not all(_is_variable(*pair) for pair in env.items()):
        raise RequestError("bad_request", "image.env: expected texts by name")
    if not isinstance(workdir, str) or not workdir.startswith("/") or "\0" in workdir:
        raise RequestError("bad_request", "image.workdir: expected an absolute path")
    return Image(layers, env, workdir)


def _is_variable(name: str, value: Any) -> bool:
    return isinstance(value, str) and "\0" not in value and _VARIABLE.fullmatch(name) is not None
