"""The files that InterCode writes for each graded episode."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any


def write_trajectory(
    folder: str | None,
    name: str,
    content: Mapping[str, Any],
    trajectory: Sequence[tuple[str, Any]],
    info: Mapping[str, Any],
) -> Path:
    """Write `logs_<name>/log_<time>.json` below the folder. A number is added where many end in the same second."""
    place = Path(folder or os.curdir) / f"logs_{name}"
    place.mkdir(parents=True, exist_ok=True)
    steps = [{"action": action, "observation": _text(observation)} for action, observation in trajectory]
    whole = json.dumps({**content, "trajectory": steps, "info": info}, indent=2, default=str)
    time = datetime.now().strftime("%Y%m%d%H%M%S")
    for number in count():
        path = place / (f"log_{time}.json" if number == 0 else f"log_{time}_{number}.json")
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(whole)
        except FileExistsError:
            continue
        return path
    raise AssertionError("count() does not end")


def _text(observation: Any) -> str:
    return "".join(map(str, observation)) if isinstance(observation, list) else str(observation)
