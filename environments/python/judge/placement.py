"""
Where each part of a test's code runs.

The judge runs a test's statements, and sends requests for values and calls to the solution process. Only two kinds of
code run in that process as a whole: statements that change its objects, and code that cannot run elsewhere (coroutines
that the solution runs, classes derived from the solution's). They decide nothing of a test.
"""

import ast
import builtins
import sys
from collections.abc import Set

from .data import plain_names
from .leaving import Left
from .rewriting import Rewriter
from .scopes import FUNCTIONS, asserts, bound, copied, derived, expecting_names, free, mutated, nodes_in
from .slices import Expected
from .strange import STRANGE_MODULES, is_coroutine, strange_names

_KNOWN = frozenset(vars(builtins)) | {"__name__", "__file__", "__builtins__"}
_DEFINITIONS = (*FUNCTIONS, ast.Import, ast.ImportFrom)
# Names that coroutines use which do one thing after the other.
_AWAITED = frozenset(("gather", "run", "sleep", "wait_for"))


class Placement(Left):
    """
    A test's statements with their places. setup: the judge's names from the setup, with values; strange: names among them
    whose code cannot run in the judge; solution: names that always mean the solution's. `steps`: code to run one after
    the other, each with the names that it gives new values in the solution process. `fragments`: sources that the
    solution process evaluates. `texts`: names of sent values, each with its expression in the test.
    """

    def __init__(
        self, source: str, setup: dict[str, object], strange: Set[str], solution: Set[str], classes: Set[str]
    ) -> None:
        known = frozenset(setup)
        self._body = ast.parse(source, "<test>").body
        self._bound = bound(self._body)
        self._known = (_KNOWN | known) - solution
        reads = free(self._body)
        unknown = reads - self._bound - self._known
        self.modules = {name for name in unknown - solution if name in sys.stdlib_module_names and self._only_module(name)}
        self._strange = strange | strange_names(self._body) | (self.modules & STRANGE_MODULES)
        # The names of the solution.
        self.theirs = frozenset((unknown - self.modules) | (reads & solution))
        self._arrange(known - strange, setup, classes, sliced=True)
        if self._is_torn():
            self._arrange(known - strange, setup, classes, sliced=False)
        self.steps = [step for statement in self._body for step in self._placed(statement)]

    def _arrange(self, makers, setup, classes, sliced):
        """Find out the place of everything. sliced: whether to keep in the judge, if possible, all that assertions use."""
        # Names whose values only the solution process has, and names of values that come from the solution.
        self.remote = set(self.theirs)
        self.foreign = set(self.remote)
        # Names that both the solution process and the judge must have.
        self._needed = set()
        # Names that statements of the judge bind to results of the solution.
        self._local = set()
        # Names whose values are changed in place; names of plain data; names of expected values.
        self._mutated, self._plain, self._protected = set(), set(), set()
        # Names of values that only statements of the judge change.
        self._own = set()
        # Functions of the test that stay in the judge when they are given to the solution.
        self._called_back = set()
        # Classes of the test whose instances may be sent.
        self.shared = set()
        self.fragments, self.texts = [], {}
        self._values = 0
        if self._bound:
            self.foreign = derived(self._body, self.remote)
            self._mutated = mutated(self._body)
            self._find_plain(makers, setup, classes, sliced)
            self._called_back = self._stateful()
            self._settle()
            self.fragments, self.texts = [], {}

    def _is_torn(self):
        """Whether a statement changes both the judge's values and the solution process's."""
        for statement in self._body:
            changed = bound([statement]) | mutated([statement])
            torn = changed & self._own and changed & self.remote - self.foreign
            if torn and not isinstance(statement, ast.Assert):
                return True
        return False

    def _only_module(self, name):
        """Whether only attributes of a name are used."""
        nodes = [node for part in self._body for node in nodes_in(part)]
        uses = sum(isinstance(node, ast.Name) and node.id == name for node in nodes)
        return uses == sum(
            isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name for node in nodes
        )

    def _find_plain(self, makers, setup, classes, sliced):
        """
        Names of plain data, and of expected values. Instances of classes that the test or its setup defines are data only if
        they may be expected values. Otherwise they stay in the solution process and keep their identity.
        """
        own = {
            part.name
            for part in self._body
            if isinstance(part, ast.ClassDef) and not free([part]) & (self.foreign | self._strange)
        }
        self._plain = plain_names(self._body, self._known, set())
        made = plain_names(self._body, self._known, makers | own)
        self._protected = made & expecting_names(self._body, self.foreign)
        # Both sides must have the classes of sent values.
        self.shared = own & free(part for part in self._body if bound([part]) & self._protected)
        if sliced:
            rests = Expected(self._body, self.foreign, self._known | self._protected, self._plain)
            more, kinds = rests.data(setup, own | classes)
            self._protected |= more
            self._own = self._protected - rests.mixed
            self.shared |= own & kinds
        self._plain |= self._protected
        self._needed |= self.shared

    def _stateful(self):
        """Functions that assert, or that change the judge's values or see such changes."""
        functions = [part for part in self._body if isinstance(part, ast.FunctionDef) and not part.decorator_list]
        state = self._plain & self._mutated
        names = set()
        while True:
            more = {
                function.name
                for function in functions
                if not free([function]) & self._strange
                and not is_coroutine(function)
                and (
                    free([function]) & (state | names)
                    or any(isinstance(node, (ast.Assert, ast.Global)) for node in nodes_in(function))
                )
            } - names
            if not more:
                return names
            names |= more

    def _settle(self):
        """Find out what must be in the solution process; repeats until nothing is added."""
        while True:
            before = self._sizes()
            self._local = set()
            for statement in self._body:
                self._look_at(statement)
            if before == self._sizes():
                return

    def _sizes(self):
        return [len(names) for names in (self.remote, self._needed, self._plain)]

    def _look_at(self, statement):
        reads, names = free([statement]), bound([statement])
        place = self._place_of(statement)
        own = reads & self._bound - self._called_back
        if place == "judge":
            if reads & self.remote:
                self._local |= names
            self._needed |= self._read_there(statement) & self._bound - self._called_back
            if not isinstance(statement, _DEFINITIONS):
                self.remote |= names & self._needed - self._plain
            return
        if place == "solution":
            self.remote |= names
        if isinstance(statement, _DEFINITIONS):
            # A captured value that does not change may be in both places.
            self._plain -= own & self._mutated
            self._needed |= own
        else:
            # An object there may become a part of another, and its changes may be visible.
            self._plain -= own - self._protected if place == "solution" else set()
            self._needed |= own - self._plain

    def _read_there(self, statement):
        """Names that the solution process needs for the requests of a statement of the judge."""
        rewriter = Rewriter(self)
        rewriter.visit(copied(statement))
        names = set()
        for node, hidden in rewriter.found:
            names |= free([node]) - self._local - self._plain - hidden
            for part in ast.walk(node):
                if isinstance(part, (ast.Lambda, ast.GeneratorExp)):
                    names |= free([part]) & self._plain - self._mutated
        return names

    def _place_of(self, statement):
        if isinstance(statement, ast.Assert):
            return "judge"
        names = bound([statement])
        if free([statement]) & self.remote:
            if not isinstance(statement, _DEFINITIONS):
                return "solution" if self._is_left(statement) and not asserts(statement, self._body) else "judge"
            if self._belongs_there(statement) and not asserts(statement, self._body):
                return "solution"
            return "both" if names & self._needed else "judge"
        if names & self._needed:
            return "both" if isinstance(statement, _DEFINITIONS) or names <= self._plain - self._mutated else "solution"
        return "solution" if names & self.remote else "judge"

    def _placed(self, statement):
        """The steps of one statement."""
        place = self._place_of(statement)
        names = bound([statement])
        steps = []
        sent = self.remote
        if place == "both" and not isinstance(statement, _DEFINITIONS):
            # A copy of plain data is enough.
            place, sent = "judge", self.remote | self._needed
        if place != "judge":
            steps.append(self._compiled([Rewriter(self).run(statement, kept=True)], names))
        if place != "solution":
            rewritten = Rewriter(self).visit(statement)
            parts = rewritten if isinstance(rewritten, list) else [rewritten]
            steps.append(self._compiled(parts, set()))
            made = bound(copied(parts)) & sent if place == "judge" and names & sent else None
            if made:
                # The solution process also needs the new values.
                steps.append(self._compiled([Rewriter(self).sent(made)], names))
        return steps

    def _compiled(self, statements, names):
        module = ast.fix_missing_locations(ast.Module(statements, []))
        return compile(module, "<test>", "exec", dont_inherit=True), names

    def _belongs_there(self, definition):
        """Whether the solution runs a function, or a class is derived from the solution's."""
        if isinstance(definition, ast.AsyncFunctionDef):
            return not self._is_sequential(definition)
        outer = list(definition.decorator_list)
        if isinstance(definition, ast.ClassDef):
            outer += [*definition.bases, *definition.keywords]
            outer += [part for part in definition.body if not isinstance(part, FUNCTIONS)]
        return bool(free(outer) & self.remote)

    def _is_sequential(self, coroutine):
        """Whether a coroutine awaits one thing after the other, which the judge can do."""
        nodes = nodes_in(coroutine)
        uses = [node.id for node in nodes if isinstance(node, ast.Name) and node.id in self._strange]
        plain = [
            node.value.id
            for node in nodes
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in _AWAITED
        ]
        return all(name in _AWAITED or name in plain for name in uses) and len(uses) <= len(plain) + sum(
            name in _AWAITED for name in uses
        )

    def collects(self, node: ast.expr, hidden: frozenset[str]) -> bool:
        """Whether a comprehension only calls the solution for each of some values."""
        first = node.generators[0]
        if isinstance(node, (ast.DictComp, ast.GeneratorExp)) or len(node.generators) > 1 or first.ifs or first.is_async:
            return False
        calls = node.elt.elts if isinstance(node.elt, ast.Tuple) else [node.elt]
        functions = self.remote - hidden
        for call in calls:
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id not in functions:
                return False
        return not free([first.iter]) & (self._protected | self.remote) and bound([node], inside=True) <= free(calls)

    def is_strange(self, function: ast.AST) -> bool:
        """Whether a function's code cannot run in the judge."""
        return bool(free([function]) & self._strange)

    @property
    def _tools(self):
        """Names of modules, and of functions and classes that only the judge has."""
        definitions = [part for part in self._body if isinstance(part, _DEFINITIONS)]
        return {
            name
            for part in definitions
            for name in bound([part])
            if not isinstance(part, FUNCTIONS) or name not in self._needed | self.remote
        }

    def concerned(self, node: ast.AST) -> bool:
        """Whether something of the solution is used."""
        return bool(free([node]) & (self.remote | self._local | self._needed) - self._tools)

    def in_solution(self, name: str) -> bool:
        """Whether the solution process has the name without being sent a value."""
        return name in self.remote or name in self._needed or name in self._known

    def numbered(self) -> int:
        """A number for a value that is sent."""
        self._values += 1
        return self._values

    def keep(self, source: str, texts: dict[str, str]) -> int:
        """The number of a new fragment."""
        self.fragments.append(source)
        self.texts.update(texts)
        return len(self.fragments) - 1
