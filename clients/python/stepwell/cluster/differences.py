"""In what two servers differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from .errors import ServersDifferError


class Played(Protocol):
    """What a server plays, as far as its client has seen."""

    @property
    def label(self) -> str: ...

    @property
    def state(self) -> Mapping[str, Any]: ...

    @property
    def images(self) -> Mapping[str, str]:
        """Digests of images, by name and engine, as resets have told them."""


def datasets_differ(one: Played, other: Played) -> ServersDifferError | None:
    """In which dataset two servers differ, if in any."""
    wrong = _dataset_difference(one, other) or _dataset_difference(other, one)
    return None if wrong is None else ServersDifferError(wrong)


def images_differ(one: Played, other: Played) -> ServersDifferError | None:
    """In which image two servers differ, if in any that both have shown."""
    wrong = _image_difference(one, other)
    return None if wrong is None else ServersDifferError(wrong)


def _dataset_difference(one: Played, other: Played) -> str | None:
    others = {(each["environment"], each["name"]): each for each in other.state["datasets"]}
    for each in one.state["datasets"]:
        what = f"dataset {each['name']} of {each['environment']}"
        same = others.get((each["environment"], each["name"]))
        if same is None:
            return f"{one.label} has the {what}, {other.label} has not"
        if same["digest"] != each["digest"]:
            mine = f"{one.label} has {each['tasks']} tasks ({_short(each['digest'])})"
            return f"the {what} differs: {mine}, {other.label} has {same['tasks']} ({_short(same['digest'])})"
    return None


def _image_difference(one: Played, other: Played) -> str | None:
    for name, digest in one.images.items():
        same = other.images.get(name, digest)
        if same != digest:
            return f"the image {name} differs: {one.label} has {_short(digest)}, {other.label} has {_short(same)}"
    return None


def _short(digest: str) -> str:
    """Enough of a digest to tell two apart."""
    return digest.removeprefix("sha256:")[:12]
