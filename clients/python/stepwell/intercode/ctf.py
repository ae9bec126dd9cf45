"""InterCode's CTF environment, which Stepwell does not have."""

from __future__ import annotations

from typing import Any

from ..errors import EnvironmentNotFoundError
from .bash import BashEnv


class CTFEnv(BashEnv):
    """Programs can import it. To make one raises `EnvironmentNotFoundError`."""

    name = "ic_ctf"

    def __init__(self, image_name: str, **_: Any) -> None:
        raise EnvironmentNotFoundError("Stepwell has no CTF environment yet")
