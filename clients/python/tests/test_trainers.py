"""The code of the page for trainers, run as it is."""

import re
import subprocess
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1]
PAGE = (PACKAGE / "TRAINERS.md").read_text()
SECTIONS = {part.split("\n", 1)[0]: part for part in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]}
NUMBER = r"-?\d\.\d+"

PRINTED = {
    "256 episodes": rf"256 samples, 0 left out, mean reward {NUMBER}\n",
    "What a failure means": r"reward \d(\.\d+)?\n",
    "How to size pools": r"waited \d+ ms \[.*\]\n",
    "How to resume": r"(\S+ 1 /tmp True\n){4}",
    "Groups": rf"(\S+ 4 \[({NUMBER}(, )?){{4}}\]\n){{2}}",
    "Forks": r"(\['prefix'\] \w+ True\n){3}\['prefix'\] 3\n",
}


def code_of(section: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", section, re.MULTILINE | re.DOTALL)


def test_every_section_is_run():
    assert [title for title, section in SECTIONS.items() if code_of(section, "python")] == list(PRINTED)


@pytest.mark.parametrize("title", PRINTED)
def test_code(server, monkeypatch, capsys, title):
    monkeypatch.setenv("STEPWELL_URL", server.url)
    [code] = code_of(SECTIONS[title], "python")
    exec(compile(code.replace("ws://127.0.0.1:8765", server.url), f"TRAINERS.md, {title}", "exec"), {"__name__": "page"})
    assert re.fullmatch(PRINTED[title], capsys.readouterr().out)


def test_its_flags_are_the_servers():
    launcher = PACKAGE.parents[1] / "clients" / "cli" / "stepwell.js"
    help_text = subprocess.run(
        ["node", str(launcher), "serve", "--help"], stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    named = set(re.findall(r"--[a-z][a-z-]+", PAGE))
    assert len(named) >= 6
    assert named <= set(re.findall(r"--[a-z][a-z-]+", help_text))
