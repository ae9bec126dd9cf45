"""The environments. The docstrings of their methods are what a model reads about its tools."""

from __future__ import annotations

from .environment import StepwellEnvironment


class BashEnvironment(StepwellEnvironment):
    """Tasks for a Bash session over files."""

    _environment = "bash-v1"

    def run(self, command: str) -> str:
        """
        Run a command in the task's Bash session and get what it prints. The session keeps its working directory, variables,
        functions and background jobs from call to call.

        Args:
            command: One or several lines of Bash, e.g. "ls -la".
        """
        return self._step({"code": command})

    def submit(self, answer: str) -> str:
        """
        End the task and give an answer, if the task asks for one. Without this call, the task ends with your last message,
        and the answer is the last output.

        Args:
            answer: The answer, exactly as the right command would print it.
        """
        return self._step({"submit": True, "answer": answer})


class SqlEnvironment(StepwellEnvironment):
    """Questions about databases."""

    _environment = "sql-v1"

    def query(self, sql: str) -> str:
        """
        Run statements on the task's database and get their rows. The rows of the last statement are the answer to the task.

        Args:
            sql: One or several statements of SQL, e.g. "SELECT name FROM singer;".
        """
        return self._step({"code": sql})

    def submit(self, sql: str) -> str:
        """
        End the task. Without this call, the task ends with your last message, and the answer is the last rows.

        Args:
            sql: The statement whose rows are the answer.
        """
        return self._step({"submit": True, "answer": sql})


class PythonEnvironment(StepwellEnvironment):
    """Functions to write in Python."""

    _environment = "python-v1"

    def run(self, code: str) -> str:
        """
        Run code in the task's Python interpreter and get what it prints, with the value of a last expression. The
        interpreter keeps its variables, functions and imports from call to call.

        Args:
            code: One or several lines of Python, e.g. "def add(a, b): return a + b".
        """
        return self._step({"code": code})

    def submit(self, solution: str) -> str:
        """
        End the task. Without this call, the task ends with your last message, and the solution is what your code has
        defined.

        Args:
            solution: The complete source of the solution, or the name of the function that is it.
        """
        return self._step({"submit": True, "answer": solution})
