"""What a grade program is given."""


class Work:
    """The solution as a grade program sees it: its names as attributes, and itself as a program."""

    def __init__(self, grading):
        self._grading = grading

    def __getattr__(self, name):
        if name.startswith("__") or not name.isidentifier():
            raise AttributeError(name)
        return self._grading.named(name)

    def run(self, stdin: str = "") -> tuple[str, int | None]:
        """The program's output and exit status (None past the deadline)."""
        return self._grading.run_program(stdin)
