"""The argument of a grade program."""


class Work:
    """The solution for a grade program: its names as attributes, and the whole as a program."""

    def __init__(self, grading):
        self._grading = grading

    def __getattr__(self, name):
        if name.startswith("__") or not name.isidentifier():
            raise AttributeError(name)
        return self._grading.named(name)

    def run(self, stdin: str = "") -> tuple[str, int | None]:
        """The program's output and exit status (None after the deadline)."""
        return self._grading.run_program(stdin)
