"""
Where each part of a test's code is run.

A test is statements. What needs a name of the solution is evaluated in the solution process, in pieces as small as that
allows; everything else, comparisons and expected values first, in the judge. A statement without any assertion or
comparison in it goes over whole, with what it needs, so that objects of the solution's live where they belong.
"""

import ast
import builtins
import sys

from .rewriting import FUNCTIONS, Rewriter
from .scopes import bound, expecting_names, free, plain_names

_KNOWN = frozenset(vars(builtins)) | {'__name__', '__file__', '__builtins__'}
_DEFINITIONS = (*FUNCTIONS, ast.Import, ast.ImportFrom)


class Placement:
    """
    A test's statements with their places. known: names that the judge has from the setup; solution: names that are the
    solution's whatever else they may be. `steps`: (place, code, names) in order; `judge` steps are compiled and take
    fragments, `solution` steps are source with the names whose values go along.
    """

    def __init__(self, source, known, solution):
        self._body = ast.parse(source, '<test>').body
        self._bound = bound(self._body)
        self._known = (_KNOWN | known) - solution
        reads = free(self._body)
        unknown = reads - self._bound - self._known
        self.modules = {
            name for name in unknown - solution if name in sys.stdlib_module_names and self._only_module(name)
        }
        # Names that only the solution process can tell the value of.
        self._remote = (unknown - self.modules) | (reads & solution)
        # Names that the solution process must have.
        self._needed = set()
        # Names that statements of the judge bind by what they did with the solution.
        self._local = set()
        # Names of plain data: their values can be sent where the solution is called with them.
        self._plain = set()
        # Those among them that hold what is expected: they stay with the judge.
        self.protected = set()
        if self._bound:
            self._plain = plain_names(self._body, self._known)
            self.protected = self._plain & expecting_names(self._body, self._remote)
            self._settle()
        self.steps = []
        self.fragments = []
        for statement in self._body:
            self._place(statement)

    def _only_module(self, name):
        """Whether a name is used for its attributes only."""
        nodes = [node for part in self._body for node in ast.walk(part)]
        uses = sum(isinstance(node, ast.Name) and node.id == name for node in nodes)
        return uses == sum(
            isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name
            for node in nodes
        )

    def _settle(self):
        """Find out what must be in the solution process, until nothing is added any more."""
        while True:
            before = len(self._remote), len(self._needed), len(self._local)
            for statement in self._body:
                place = self._place_of(statement)
                if place == 'solution':
                    self._needed |= free([statement]) & self._bound
                    self._remote |= bound([statement]) - self._local
                elif place == 'both':
                    self._needed |= free([statement]) & self._bound
                elif free([statement]) & self._remote:
                    self._local |= bound([statement]) - self._remote
                    self._needed |= self._read_remotely(statement) & self._bound - self._local - self._plain
            for statement in self._body:
                if not isinstance(statement, _DEFINITIONS):
                    self._remote |= bound([statement]) & self._needed - self._local
            if before == (len(self._remote), len(self._needed), len(self._local)):
                return

    def _read_remotely(self, statement):
        rewriter = Rewriter(self, self._remote)
        rewriter.visit(ast.parse(ast.unparse(statement)))
        return set().union(*(free([node]) for node, _ in rewriter.found)) if rewriter.found else set()

    def _place_of(self, statement):
        reads = free([statement]) & self._remote
        if isinstance(statement, ast.Assert):
            return 'judge'
        if reads:
            judged = self.judged(statement) or free([statement]) & self.protected
            return 'judge' if judged else 'solution'
        names = bound([statement])
        if names & self._needed:
            return 'both' if isinstance(statement, _DEFINITIONS) else 'solution'
        return 'solution' if names & self._remote else 'judge'

    def judged(self, statement):
        """Whether something in it is decided that the solution must not decide."""
        for node in ast.walk(statement):
            if isinstance(node, ast.Assert):
                return True
            if isinstance(node, ast.Attribute) and node.attr.startswith('assert'):
                return True
            if isinstance(node, ast.Compare):
                sides = [bool(free([side]) & self._remote) for side in (node.left, *node.comparators)]
                if any(sides) and not all(sides):
                    return True
        return self._calls_judge(statement)

    def _calls_judge(self, statement):
        """Whether it gives the solution to a function of the test's that asserts, as HumanEval's `check` does."""
        return any(
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in self.judges()
            for node in ast.walk(statement)
        )

    def judges(self):
        """Names of the test's own functions in which something is asserted."""
        return {
            statement.name
            for statement in self._body
            if isinstance(statement, FUNCTIONS) and any(isinstance(node, ast.Assert) for node in ast.walk(statement))
        }

    def _place(self, statement):
        place = self._place_of(statement)
        if place in ('solution', 'both'):
            names = sorted(free([statement]) & self._local)
            self.steps.append(('solution', ast.unparse(statement), names))
        if place in ('judge', 'both'):
            rewriter = Rewriter(self, self._remote)
            rewriter.number = len(self.fragments)
            module = ast.Module([rewriter.visit(statement)], [])
            self.fragments += rewriter.sources
            code = compile(ast.fix_missing_locations(module), '<test>', 'exec', dont_inherit=True)
            self.steps.append(('judge', code, statement))

    def made_by_test(self, name):
        """Whether a name is bound by the test, whatever to."""
        return name in self._bound

    def all_plain(self, names):
        """Whether names are of nothing but plain data."""
        return names <= self._plain

    def in_solution(self, name):
        """Whether the solution process has the name without being sent a value."""
        return name in self._remote or name in self._needed or name in self._known
