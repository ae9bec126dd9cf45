"""The loop of a session's Python interpreter: reads an action's code, runs it as Python's prompt does, and reports."""

import __future__

import ast
import ctypes
import functools
import io
import linecache
import mmap
import operator
import os
import sys
import traceback
import types
from _signal import SIGINT, default_int_handler
from _signal import signal as _handle
from typing import Optional

_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
# The code flag of top-level `await`.
_COROUTINE = 0x80
# Number of actions whose source is kept for tracebacks.
_SOURCES = 1000
# Looked up once, before the sessions' interpreters are forked.
_flush_c = ctypes.CDLL(None).fflush
# Compiler flags that an interactive interpreter keeps between inputs, as `from __future__` sets them.
_FUTURE_FLAGS = functools.reduce(
    operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)


class Driver:
    """
    `go_fd`: lines "go" in ("i" where there is input). `report_fd`: "<sequence> <exit status> <working directory>\\0" out.
    `code_fd`: an action's text up to a NUL byte, then its standard input. Made once, before the sessions' interpreters are
    forked, each of which serves.
    """

    def __init__(self, go_fd: int, report_fd: int, code_fd: int) -> None:
        self._go_fd = go_fd
        self._report_fd = report_fd
        self._code_fd = code_fd
        self._pid = None
        self._flags = _FLAGS
        self._sequence = 0
        self._runner = None
        self._stdin(None)
        sys.stdout.reconfigure(line_buffering=True)
        sys.argv = [""]
        main = types.ModuleType("__main__")
        sys.modules["__main__"] = main
        self._names = main.__dict__
        self._names["__builtins__"] = sys.modules["builtins"]

    def serve(self) -> None:
        self._pid = os.getpid()
        sys.path.insert(0, "")
        status = 0
        while True:
            try:
                self._report(status)
                go = os.read(self._go_fd, 16)
                if not go:
                    os._exit(0)
                status = self._step(go.startswith(b"i"))
            except KeyboardInterrupt:
                # It came just after the action.
                status = 130

    def _report(self, status: int) -> None:
        try:
            cwd = os.getcwdb()
        except OSError:
            cwd = b"/"
        os.write(self._report_fd, b"%d %d %s\0" % (self._sequence, status, cwd))

    def _step(self, has_input: bool) -> int:
        self._sequence += 1
        source = self._next_source()
        if has_input:
            self._stdin(self._code_fd)
        _handle(SIGINT, default_int_handler)
        try:
            status = self._run(source)
        finally:
            _ignore_interrupts()
            self._flush()
        if os.getpid() != self._pid:
            # A fork that the action made has reached the end of the action: end it here.
            os._exit(status)
        if has_input:
            self._stdin(None)
        return status

    def _next_source(self) -> str:
        start = os.lseek(self._code_fd, 0, os.SEEK_CUR)
        # Mapped, because a read could include part of the input, which would stay in memory that forks of the action
        # inherit.
        with mmap.mmap(self._code_fd, 0, prot=mmap.PROT_READ) as text:
            end = text.find(b"\0", start)
            data = text[start:end]
        os.lseek(self._code_fd, end + 1, os.SEEK_SET)
        return data.decode("utf-8", "replace")

    def _stdin(self, fd: Optional[int]) -> None:
        """Make standard input read from `fd`, or nothing, and drop what was read ahead."""
        source = os.open("/dev/null", os.O_RDONLY) if fd is None else fd
        os.dup2(source, 0)
        if fd is None:
            os.close(source)
        sys.stdin = sys.__stdin__ = io.TextIOWrapper(
            io.BufferedReader(io.FileIO(0, closefd=False)), encoding="utf-8", errors="surrogateescape"
        )

    def _run(self, source: str) -> int:
        try:
            self._execute(source, f"<step {self._sequence}>")
            return 0
        except SystemExit as request:
            _ignore_interrupts()
            return _exit_status(request.code)
        except BaseException as error:  # anything that the action raises is its outcome
            _ignore_interrupts()
            _print_error(error)
            return 1

    def _execute(self, source: str, name: str) -> None:
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
        linecache.cache.pop(f"<step {self._sequence - _SOURCES}>", None)
        tree = compile(source, name, "exec", self._flags | ast.PyCF_ONLY_AST, dont_inherit=True)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        if tree.body:
            self._evaluate(compile(tree, name, "exec", self._flags, dont_inherit=True))
        if last is not None:
            shown = ast.Interactive([last])
            self._evaluate(compile(shown, name, "single", self._flags, dont_inherit=True))

    def _evaluate(self, code: types.CodeType) -> None:
        self._flags |= code.co_flags & _FUTURE_FLAGS
        if not code.co_flags & _COROUTINE:
            exec(code, self._names)
            return
        if self._runner is None:
            # Loaded when needed: it makes each fork of the interpreter 20% slower, and few actions need it.
            import asyncio

            self._runner = asyncio.Runner()
        self._runner.run(eval(code, self._names))

    def _flush(self) -> None:
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except BaseException:  # the action may have closed or replaced it
                pass
        _flush_c(None)


def _ignore_interrupts() -> None:
    # Ignored with a Python function, so that programs which a thread starts meanwhile do not inherit it.
    _handle(SIGINT, lambda _number, _frame: None)


def _exit_status(code: object) -> int:
    """The status that `sys.exit(code)` would end a program with; a text is printed."""
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    _say(f"{code}\n")
    return 1


def _print_error(error: BaseException) -> None:
    try:
        frames = error.__traceback__
        # The frames on top are the loop's and the event loop's.
        while frames is not None and not frames.tb_frame.f_code.co_filename.startswith("<step "):
            frames = frames.tb_next
        text = "".join(traceback.format_exception(type(error), error, frames))
    except BaseException:  # there may be no memory left, or the exception's own text fails
        text = f"{type(error).__name__}\n"
    _say(text)


def _say(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except BaseException:  # the action may have closed or replaced it
        os.write(2, text.encode("utf-8", "replace"))
