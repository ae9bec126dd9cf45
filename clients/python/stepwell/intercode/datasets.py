"""Names of the server's datasets that were imported from InterCode's files."""

from __future__ import annotations

import re
from pathlib import Path

_PUBLISHED = {
    r"nl2bash_fs_(\d)": r"nl2bash-fs\1",
    r"ic_spider.*": "spider",
    r"ic_wikisql.*": "wikisql",
    r"ic_bird.*": "bird",
    r"ic_mbpp.*": "mbpp",
    r"ic_apps.*": "apps",
}


def dataset_of(data_path: str) -> str:
    """The name that `stepwell import intercode` gives a file's tasks; the file's own name for any other file."""
    stem = Path(data_path).stem
    for pattern, name in _PUBLISHED.items():
        found = re.fullmatch(pattern, stem)
        if found:
            return found.expand(name)
    return stem
