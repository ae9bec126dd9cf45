"""Grades one solution: runs the tests one by one, and reports the outcome of each."""

import ast
import math
import os
import socket
import sys
import types

from .assertion import call_and_value
from .changes import Changes
from .clock import Clock, Over
from .comparison import same_output, same_value
from .decoding import OWN_NAMES
from .modules import compiled
from .outcomes import TOO_LATE, Failed, line_of, shown, told
from .placement import Placement
from .process import SolutionProcess
from .program import program_result
from .running import names_for, ordering_names, own_names
from .scopes import defined_attributes
from .starting import Fault, Lost, Spawner, Usage
from .strange import strange_names
from .work import Work


class Grading:
    """
    The tests of one grade. plan: tests, entry, grade, alone, seconds (of a test and of all). `plain`: whether only values
    were compared here, and no code of the task was run. `broken`: whether the solution was abandoned, or took all memory.
    """

    def __init__(self, job: dict, plan: dict, control: socket.socket) -> None:
        self._pid = os.getpid()
        self._job = job
        self._plan = plan
        self.usage = Usage()
        self._clock = Clock(plan["seconds"]["all"])
        self._spawner = Spawner(control, plan["alone"], self._clock, self.usage)
        self._names = {"__name__": "test"}
        self._strange = set()
        self._classes = {}
        # Names of methods and attributes of plain values and of instances of the setup's classes.
        self._taken = OWN_NAMES
        self.plain = not job["setup"]
        self.broken = False
        if job["setup"]:
            self._set_up(job["setup"])
        self.process = SolutionProcess(self._spawner, self._clock, self._classes, self._taken)
        self._given = []
        self._left, self._foreign = {}, set()
        # Why the solution cannot be loaded, if that is known.
        self._unloadable = None

    def _set_up(self, source):
        names = {"__name__": "test", **own_names(self)}
        try:
            exec(compiled(source, "<setup>"), names)
        except Exception:
            # A setup that needs the solution runs only in the solution process.
            return
        self._names = names
        body = ast.parse(source).body
        self._strange = strange_names(body)
        self._classes.update((name, names[name]) for name in self._job["classes"] if name in names)
        inherited = {name for kind in self._classes.values() for name in dir(kind) if not name.startswith("__")}
        self._taken = OWN_NAMES | defined_attributes(body) | inherited

    def module(self, name: str) -> object:
        """The stand-in for a module of the solution process."""
        return self.process.ask(
            "hold", f"import {name}", code=f'__import__("importlib").import_module({name!r})', listed=False
        )

    @property
    def tested(self) -> bool:
        """Whether there are tests, and no grade program."""
        return self._plan["grade"] is None

    def outcomes(self) -> list[dict]:
        """The outcome of each test, in order."""
        outcomes = [self._outcome(test) for test in self._plan["tests"]]
        if self.process.alive:
            self.process.stop(1.0)
        return outcomes

    def score(self) -> dict:
        """
        The number of the grade program, or why it gives none. The server uses the gold to find out whose fault that is.
        """
        outcome = self._outcome({"name": "grade", "grade": self._plan["grade"]})
        if self.process.alive:
            self.process.stop(1.0)
        return outcome

    def _outcome(self, test):
        self._given = []
        self.process.about(test.get("grade") or self._job["setup"] + test.get("code", ""), "grade" in test)
        value, failure = None, None
        if "stdin" not in test:
            failure = self._loaded()
        if not failure:
            value, failure = self._attempt("test", lambda: self._run(test))
        outcome = {"name": test["name"], "passed": "error" not in failure, **failure}
        if outcome["passed"]:
            outcome["value"] = value
            noticed = self.process.noticed | self._kept_changes(test)
            if noticed:
                outcome["liberties"] = sorted(noticed)
        return outcome

    def _loaded(self):
        """Why the solution cannot be loaded; None if it can."""
        if not self.process.alive and self._unloadable is None:
            _, failure = self._attempt("load", lambda: self.process.start(self._job))
            if "error" in failure:
                self._unloadable = failure
        return self._unloadable or {}

    def _kept_changes(self, test):
        """Notices of the solution's changes to the test's own values without which the test fails."""
        changes = Changes(test.get("code", ""), self.process.changed, self._foreign)
        if not changes.matter:
            return set()
        process, self.process = self.process, SolutionProcess(self._spawner, self._clock, self._classes, self._taken)
        noticed = changes.notices(self._left)
        try:
            self.process.about(self._job["setup"] + test["code"], False)
            _, failure = self._attempt("load", lambda: self.process.start(self._job))
            self.process.restoring = False
            if "error" not in failure:
                _, failure = self._attempt("test", lambda: self._run(test))
            if "error" not in failure:
                noticed = set()
            if self.process.alive:
                self.process.stop()
        finally:
            self.process = process
        return noticed

    def _attempt(self, kind, action):
        """The result of an action, and what kept it from a result: an error, a doubt or neither."""
        value, error, doubt = None, None, None
        try:
            with self._clock.part(self._plan["seconds"][kind]):
                value = self._here_only(action)
                self._check_loss()
        except Fault:
            raise
        except Lost as lost:
            self.broken = self.broken or lost.error_type != "NonZeroExit"
            error = {"type": lost.error_type, "message": str(lost), "line": None, "of": "solution"}
            doubt = lost.doubt
        except Over as over:
            self.broken = True
            error = TOO_LATE
            doubt = "stopped" if over.held else None
        except Failed as failed:
            error = {"type": "WrongAnswer", "message": "", "line": None, "of": "test", "actual": failed.shown}
        except BaseException as raised:
            self.broken = self.broken or isinstance(raised, MemoryError)
            self.process.told = True
            error = told(raised, self._given)
        self.process.settle()
        doubt = doubt or self._clock.doubt(failed=error is not None)
        return value, {**({} if error is None else {"error": error}), **({} if doubt is None else {"doubt": doubt})}

    def _here_only(self, action):
        """
        The result of an action. A fork that it makes ends here: it has the judge's channels, but only the judge may
        report.
        """
        try:
            return action()
        finally:
            if os.getpid() != self._pid:
                os._exit(0)

    def _check_loss(self):
        """
        Raise the reason if the process was abandoned meanwhile. A grade program may still give a part, unless in doubt.
        """
        loss = self.process.loss
        if loss is not None and (self.tested or getattr(loss, "doubt", None) or getattr(loss, "held", False)):
            raise loss

    def _run(self, test):
        if "stdin" in test:
            return self._program(test)
        if "grade" in test:
            return self._grade(test["grade"])
        return self._call(test) if "args" in test else self._statements(test["code"])

    def _program(self, test):
        output, ended, told = program_result(self._spawner, self._clock, self._job, test["stdin"])
        self._clock.check()
        status = ended["status"]
        if status != 0:
            error = Lost("NonZeroExit", f"the program ended with exit status {status}", self._spawner.doubt(ended))
            if type(told) is dict:
                error = RuntimeError()
                error.of_solution = told
            raise error
        text = output.decode("utf-8", "replace")
        if not same_output(text, test["stdout"]):
            raise Failed(text)

    def _call(self, test):
        entry = self._plan["entry"]
        value = self.process.ask("eval", entry, {"arguments": test["args"]}, code=f"{entry}(*arguments)")
        # The judge compares these without other code.
        self.process.noticed.clear()
        self.process.changed.clear()
        self.process.told = True
        try:
            same = same_value(value, test["value"]) or ("also" in test and same_value(value, test["also"]))
        except (ArithmeticError, ValueError, RecursionError):
            same = False
        if not same:
            raise Failed(shown(value))

    def _assertion(self, code, call, value):
        try:
            found = self.process.ask("eval", call, code=call)
            self.process.noticed.clear()
            self._given.append(found)
            self.process.told = True
            if not found == value:
                raise AssertionError()
        except Exception as error:
            error.add_note(code.strip())
            raise

    def _statements(self, code):
        entry = self._plan["entry"]
        usual = call_and_value(code, entry)
        if usual is not None:
            return self._assertion(code, *usual)
        self.plain = False
        setup = {name: value for name, value in self._names.items() if name not in ("__name__", "__builtins__")}
        placement = Placement(code, setup, self._strange, {entry} if entry else set(), self._classes.keys())
        # The name of a script's module, where `unittest.main` looks for tests.
        module = sys.modules["__main__"] = types.ModuleType("test")
        names = vars(module)
        names.update(
            {
                **own_names(self),
                **self._names,
                **names_for(placement, self.process, self.module, self._given.append),
            }
        )
        self._left = self.process.test_names = names
        self.process.theirs = sorted(placement.theirs)
        self._foreign = placement.foreign
        classes = dict(self._classes)
        try:
            for part, rebound in placement.steps:
                self._given.clear()
                exec(part, names)
                self.process.forget(rebound)
                self._classes.update((name, names[name]) for name in placement.shared if name in names)
        except Exception as error:
            error.add_note(line_of(error, code))
            raise
        finally:
            self._classes.clear()
            self._classes.update(classes)

    def _grade(self, source):
        self.plain = False
        names = {
            "__name__": "grade",
            **own_names(self),
            "same_output": same_output,
            "same_value": same_value,
            **(ordering_names() if self.process.ordered else {}),
        }
        exec(compiled(source, "<grade>"), names)
        value = names["grade"](Work(self))
        if type(value) not in (int, float, bool) or not math.isfinite(value) or not 0 <= value <= 1:
            raise ValueError("grade() gave no number from 0 to 1")
        return float(value)

    def run_program(self, stdin: str) -> tuple[str, int | None]:
        """The solution's output as a program, and its exit status (None after the deadline)."""
        output, ended, _ = program_result(self._spawner, self._clock, self._job, stdin)
        doubt = self._spawner.doubt(ended)
        if doubt is not None:
            raise Lost("InterpreterLost", "the program was ended from outside", doubt)
        return output.decode("utf-8", "replace"), None if ended["late"] else ended["status"]

    def named(self, name: str) -> object:
        return self.process.look(name)
