"""The code of the README, run as it is."""

import re
from pathlib import Path

import pytest

README = Path(__file__).resolve().parents[1] / "README.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", README.read_text(), re.MULTILINE | re.DOTALL)


def test_there_is_code():
    assert len(BLOCKS) >= 5


@pytest.mark.parametrize("code", BLOCKS, ids=range(len(BLOCKS)))
def test_code(server, code, monkeypatch, tmp_path):
    monkeypatch.setenv("STEPWELL_URL", server.url)
    monkeypatch.chdir(Path(__file__).resolve().parents[3])
    exec(compile(code.replace("ws://127.0.0.1:8765", server.url), "README.md", "exec"), {"__name__": "readme"})
