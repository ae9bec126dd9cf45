"""
Commands and files by steps of a Bash episode.

A step has one output, so a command's two streams come back in base64, each in a line, with the exit status in a third. All
of it runs in a subshell, so the session stays as it was. The other programs have absolute paths: the task may change `PATH`.
"""

from __future__ import annotations

import base64
import binascii
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

CHUNK_BYTES = 6 * 2**20
"""Content of a file or an input in one step: in base64, half of what a step may have or print."""

MISSING, FOLDER, REFUSED = 41, 42, 43
"""Exit statuses of `read_code`, `size_code` and `write_code`."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_USER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


class Garbled(Exception):
    """The output is not what these commands print: it was cut, or the shell could not run them."""


@dataclass(frozen=True)
class Ran:
    status: int
    stdout: bytes
    stderr: bytes


def exec_code(
    command: Sequence[str],
    *,
    cwd: str | None = None,
    env: Mapping[str, str] | None = None,
    user: str | None = None,
    input_from: str | None = None,
    encoded_input: bool = False,
) -> str:
    """
    Code that runs a command. `input_from` is a file that it reads; with `encoded_input`, it reads the step's standard input,
    which is in base64.
    """
    for name in env or {}:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} cannot be the name of a variable")
    words = " ".join(map(shlex.quote, command))
    if user is not None and not _USER.fullmatch(user):
        raise ValueError(f"{user!r} cannot be the name of a user")
    as_user = "" if user is None else f"/usr/bin/setpriv --reuid={user} --regid=$(/usr/bin/id -g {user}) --init-groups -- "
    inner = [
        "exec 8>&-",
        *([] if cwd is None else [f"cd -- {shlex.quote(cwd)} || exit"]),
        *([] if user is None else [f"export HOME=~{user}"]),
        *[f"export {name}={shlex.quote(value)}" for name, value in (env or {}).items()],
        f"exec {as_user}{words}" + ("" if input_from is None else f" <{shlex.quote(input_from)}"),
    ]
    run = "\n".join(["(", *inner, ")"])
    if encoded_input:
        run = f"/usr/bin/base64 -d | {run}"
    # The command is the last but one of its pipeline.
    at = 1 if encoded_input else 0
    return "\n".join(
        [
            "(",
            "exec 8>&1",
            f'errors=$({{ {run} | /usr/bin/base64 -w0 >&8; exit "${{PIPESTATUS[{at}]}}"; }} 2>&1 |',
            '/usr/bin/base64 -w0; exit "${PIPESTATUS[0]}")',
            "status=$?",
            'printf "\\n%s\\n%d\\n" "$errors" "$status"',
            ")",
        ]
    )


def ran(output: str) -> Ran:
    """What `exec_code` has printed. Raises `Garbled`."""
    lines = output.split("\n")
    if len(lines) != 4 or not lines[2].isdecimal():
        raise Garbled(output[-500:])
    return Ran(int(lines[2]), decoded(lines[0]), decoded(lines[1]))


def decoded(text: str) -> bytes:
    """Raises `Garbled`."""
    try:
        return base64.b64decode(text.strip(), validate=True)
    except binascii.Error as error:
        raise Garbled(text[-500:]) from error


def size_code(path: str) -> str:
    """Code that prints the size of a file in bytes."""
    file = shlex.quote(path)
    return f"({_readable(file)}/usr/bin/stat -L -c %s -- {file})"


def read_code(path: str, chunk: int) -> str:
    """Code that prints a chunk of a file, numbered from 0, in base64."""
    file = shlex.quote(path)
    part = f"/usr/bin/tail -c +{chunk * CHUNK_BYTES + 1} -- {file} | /usr/bin/head -c {CHUNK_BYTES}"
    return f"({_readable(file)}{part} | /usr/bin/base64 -w0)"


def write_code(path: str, append: bool) -> str:
    """Code that writes its standard input, in base64, to a file, and makes the folders that it needs."""
    file = shlex.quote(path)
    return (
        f"(if [ -d {file} ]; then exit {FOLDER}; fi\n"
        f'/usr/bin/mkdir -p -- "$(/usr/bin/dirname -- {file})" || exit {REFUSED}\n'
        f"if [ -e {file} ] && ! {{ {_writable(file)}; }}; then exit {REFUSED}; fi\n"
        f"/usr/bin/base64 -d {'>>' if append else '>'}{file} || exit {REFUSED})"
    )


def remove_code(path: str) -> str:
    return f"(/usr/bin/rm -f -- {shlex.quote(path)})"


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _readable(file: str) -> str:
    # Root can read every file, so its mode decides: a file that nobody may read is refused.
    mode = f"$((0$(/usr/bin/stat -L -c %a -- {file}) & 0444))"
    return (
        f"[ -e {file} ] || exit {MISSING}\n[ ! -d {file} ] || exit {FOLDER}\n"
        f'[ -r {file} ] && [ "{mode}" != 0 ] || exit {REFUSED}\n'
    )


def _writable(file: str) -> str:
    return f'[ -w {file} ] && [ "$((0$(/usr/bin/stat -L -c %a -- {file}) & 0222))" != 0 ]'
