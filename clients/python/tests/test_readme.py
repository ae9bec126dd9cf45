"""The code of the READMEs, run as it is."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TEXTS = [(ROOT / name).read_text() for name in ("README.md", "clients/python/README.md")]
BLOCKS = [code for text in TEXTS for code in re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)]


def test_there_is_code():
    assert len(BLOCKS) >= 6


@pytest.mark.parametrize("code", BLOCKS, ids=range(len(BLOCKS)))
def test_code(server, code, monkeypatch, tmp_path):
    monkeypatch.setenv("STEPWELL_URL", server.url)
    monkeypatch.chdir(ROOT)
    exec(compile(code.replace("ws://127.0.0.1:8765", server.url), "README.md", "exec"), {"__name__": "readme"})
