"""
Where each part of a test's code is run.

A test is statements. What needs a name of the solution is evaluated in the solution process, in pieces as small as that
allows; everything else, comparisons and expected values first, in the judge. A statement without any assertion or
comparison in it goes over whole, with what it needs, so that objects of the solution's live where they belong.
"""

import ast
import builtins
import copy
import sys

from .scopes import bound, expecting_names, free, plain_names

# Functions of the judge's that compute from plain values: their arguments alone are asked of the solution.
_VALUE_FUNCTIONS = frozenset(
    'abs all any bool bytes complex dict divmod enumerate filter float frozenset int isinstance len list map max min '
    'pow range repr reversed round set sorted str sum tuple zip'.split()
)
_KNOWN = frozenset(vars(builtins)) | {'__name__', '__file__', '__builtins__'}
_WHOLE = (
    ast.BoolOp, ast.UnaryOp, ast.IfExp, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Starred, ast.JoinedStr,
    ast.FormattedValue, ast.NamedExpr, ast.keyword, ast.Compare,
)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_DEFINITIONS = (*_FUNCTIONS, ast.Import, ast.ImportFrom)
FRAGMENT = '__fragment__'


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
        rewriter = _Rewriter(self, self._remote)
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
            if isinstance(statement, _FUNCTIONS) and any(isinstance(node, ast.Assert) for node in ast.walk(statement))
        }

    def _place(self, statement):
        place = self._place_of(statement)
        if place in ('solution', 'both'):
            names = sorted(free([statement]) & self._local)
            self.steps.append(('solution', ast.unparse(statement), names))
        if place in ('judge', 'both'):
            rewriter = _Rewriter(self, self._remote)
            rewriter.number = len(self.fragments)
            module = ast.Module([rewriter.visit(statement)], [])
            self.fragments += rewriter.sources
            code = compile(ast.fix_missing_locations(module), '<test>', 'exec', dont_inherit=True)
            self.steps.append(('judge', code, statement))

    def known(self, name):
        return name in self._known or name in self.modules

    def in_solution(self, name):
        """Whether the solution process has the name without being sent a value."""
        return name in self._remote or name in self._needed or name in self._known


class _Rewriter(ast.NodeTransformer):
    """Puts calls of the fragment function where the solution is asked."""

    def __init__(self, placement, remote):
        self._placement = placement
        self._remote = remote
        self._hidden = set()
        self.number = 0
        self.sources = []
        self.found = []

    def _needs(self, node):
        return bool(free([node]) & (self._remote - self._hidden))

    def visit(self, node):
        if isinstance(node, (*_FUNCTIONS, ast.Lambda)):
            return self._function(node)
        if not isinstance(node, ast.expr) or isinstance(getattr(node, 'ctx', None), (ast.Store, ast.Del)):
            return self.generic_visit(node)
        if not self._needs(node):
            return node
        if isinstance(node, _WHOLE):
            return self.generic_visit(node)
        if isinstance(node, ast.BinOp):
            return self.generic_visit(node) if self._mixed((node.left, node.right)) else self._fragment(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, _COMPREHENSIONS):
            return self._comprehension(node)
        return self._fragment(node)

    def _mixed(self, nodes):
        return not all(map(self._needs, nodes))

    def _function(self, node):
        if not self._needs(node):
            return node
        hidden, self._hidden = self._hidden, self._hidden | bound([node], inside=True)
        try:
            return self.generic_visit(node)
        finally:
            self._hidden = hidden

    def _call(self, node):
        arguments = [*node.args, *node.keywords]
        if self._needs(node.func) or not self._computes(node.func):
            return self._fragment(node)
        own = isinstance(node.func, ast.Name) and node.func.id in self._placement.judges()
        if own or self._mixed(arguments) or any(map(self._judged, arguments)):
            return self.generic_visit(node)
        return self._fragment(node)

    def _computes(self, function):
        """Whether a function of the judge's is called that computes from plain values."""
        if isinstance(function, ast.Name):
            name = function.id
            if name in vars(builtins):
                return name in _VALUE_FUNCTIONS
            return True
        if not isinstance(function, ast.Attribute):
            return False
        if function.attr.startswith('assert'):
            return True
        return isinstance(function.value, ast.Name) and function.value.id in ('math', 'cmath', 'operator', 'statistics')

    def _judged(self, argument):
        """Whether an argument mixes what the solution says with what is only the judge's."""
        for node in ast.walk(argument):
            if isinstance(node, ast.Compare) and self._mixed((node.left, *node.comparators)):
                return True
            if isinstance(node, ast.BinOp) and self._needs(node) and self._mixed((node.left, node.right)):
                return True
        return False

    def _comprehension(self, node):
        if not self._judged(node) and not free([node]) & self._placement.protected:
            return self._fragment(node)
        hidden, self._hidden = self._hidden, self._hidden | bound([node], inside=True)
        try:
            return self.generic_visit(node)
        finally:
            self._hidden = hidden

    def _fragment(self, node):
        self.found.append((node, self._hidden))
        lifted = _Lifter(self._sent)
        names = free([node])
        if any(map(self._sent, names)):
            source = ast.unparse(lifted.visit(copy.deepcopy(node)))
            names = free([ast.parse(source, mode='eval')])
        else:
            source = ast.unparse(node)
        for name in sorted(filter(self._sent, names - lifted.values.keys())):
            lifted.values[name] = ast.Name(name, ast.Load())
        self.sources.append(source)
        values = ast.Dict([ast.Constant(name) for name in lifted.values], list(lifted.values.values()))
        call = ast.Call(
            ast.Name(FRAGMENT, ast.Load()), [ast.Constant(self.number + len(self.sources) - 1), values], []
        )
        return ast.copy_location(call, node)

    def _sent(self, name):
        """Whether a name's value has to be sent along: only the judge has it."""
        return name in self._hidden or not self._placement.in_solution(name)


class _Lifter(ast.NodeTransformer):
    """Takes out of a fragment what the judge computes by itself, so that no more than its value is sent."""

    def __init__(self, sent):
        self._sent = sent
        self.values = {}

    def visit(self, node):
        if isinstance(node, (ast.Lambda, *_COMPREHENSIONS)):
            return node
        names = free([node])
        if not isinstance(node, ast.expr) or isinstance(node, ast.Starred) or not any(map(self._sent, names)):
            return self.generic_visit(node)
        if any(not self._sent(name) and name not in vars(builtins) for name in names):
            return self.generic_visit(node)
        if any(isinstance(part, (ast.NamedExpr, ast.Await, ast.Yield)) for part in ast.walk(node)):
            return self.generic_visit(node)
        name = f'__value_{len(self.values)}__'
        self.values[name] = node
        return ast.Name(name, ast.Load())
