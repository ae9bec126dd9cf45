"""
Rewrites a test so that the judge can run it. A read of a name of the solution fetches the value; a call of a function of the
solution runs in the solution process. Everything else, and so every decision, stays in the judge, on plain data or on
references to objects of the solution.
"""

import ast
import builtins
from collections.abc import Iterable

from .modules import imported
from .scopes import CHANGING, COMPREHENSIONS, FUNCTIONS, bound, copied, free, root

# Functions that rewritten code calls.
LOOK, FRAGMENT, RUN, METHOD, ATTRIBUTE, SAME, TYPE = (
    f"__{name}__" for name in "look fragment run method attribute same type".split()
)
# Functions of the judge that consume all items of an iterator at once.
_CONSUMING = frozenset("list tuple set frozenset sorted sum min max dict".split())
_IDENTITY = (ast.Is, ast.IsNot)


class Rewriter(ast.NodeTransformer):
    """Rewrites statements for the judge. Expressions for the solution process become fragments of the placement."""

    def __init__(self, placement):
        self._placement = placement
        self._hidden = frozenset()
        # The nodes that became fragments, each with the names that the judge has there.
        self.found = []

    def needs(self, node: ast.AST) -> bool:
        """Whether a name is read whose value only the solution process has."""
        return not (free([node]) & self._placement.remote).issubset(self._hidden)

    def visit(self, node):
        if isinstance(node, ast.stmt):
            return self._statement(node)
        if isinstance(node, ast.Lambda):
            return self._inside(node)
        if not isinstance(node, ast.expr) or isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del)):
            return self.generic_visit(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, COMPREHENSIONS):
            return self._comprehension(node)
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], _IDENTITY):
            return self._identity(node)
        if isinstance(node, ast.Name) and self.needs(node):
            self.found.append((node, self._hidden))
            return self._calling(node, LOOK, ast.Constant(node.id))
        if isinstance(node, ast.Await) and self.needs(node):
            return self._fragment(node)
        if isinstance(node, ast.Attribute) and node.attr.startswith("__"):
            return self._calling(node, ATTRIBUTE, self.visit(node.value), ast.Constant(node.attr))
        return self.generic_visit(node)

    def _statement(self, node):
        if isinstance(node, FUNCTIONS):
            return self._inside(node)
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            return [ast.copy_location(made, node) for made in imported(node)]
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and self._is_asked(node.value):
            # The value is not used.
            return self.run(node)
        return self.run(node) if self._placement.left_inside(node, self._hidden) else self.generic_visit(node)

    def _inside(self, node):
        """A node with its own scope, whose names are the judge's."""
        hidden, self._hidden = self._hidden, self._hidden | bound([node], inside=True)
        try:
            return self.generic_visit(node)
        finally:
            self._hidden = hidden

    def _comprehension(self, node):
        if self.needs(node) and self._placement.collects(node, self._hidden):
            return self._fragment(node)
        return self._inside(node)

    def _is_asked(self, node):
        """Whether a call runs in the solution process: of a function there, or a method that changes an object there."""
        function = node.func
        if isinstance(function, ast.Attribute) and self.needs(function):
            return function.attr in CHANGING and self._placement.there(root(function.value), self._hidden)
        if self._is_chain(function):
            return True
        return self._placement.is_strange(function) and self._placement.concerned(node)

    def _call(self, node):
        function = node.func
        if self._is_asked(node):
            return self._fragment(node)
        name = function.id if isinstance(function, ast.Name) else None
        if name == "type" and len(node.args) == 1:
            return self._calling(node, TYPE, self.visit(node.args[0]))
        if name == "isinstance" and all(map(self.needs, node.args)) and self._is_chain(node.args[0]):
            return self._fragment(node)
        if isinstance(function, ast.Attribute) and self.needs(function):
            method = self._calling(function, METHOD, self.visit(function.value), ast.Constant(function.attr))
            return ast.copy_location(ast.Call(method, *self._arguments(node)), node)
        node.args, node.keywords = self._arguments(node)
        if name in _CONSUMING:
            for argument in node.args:
                if isinstance(argument, ast.Call) and getattr(argument.func, "id", None) == FRAGMENT:
                    argument.args.append(ast.Constant(True))
        if not isinstance(function, ast.Name) or self.needs(function):
            node.func = self.visit(function)
        return node

    def _is_chain(self, node):
        return root(node) in self._placement.remote - self._hidden

    def _arguments(self, node):
        return [self.visit(part) for part in node.args], [self.visit(part) for part in node.keywords]

    def _identity(self, node):
        """A comparison with `is`: a copy here is never the same object as its original there."""
        sides = [node.left, *node.comparators]
        if any(isinstance(side, ast.Constant) for side in sides):
            return self.generic_visit(node)
        if any(isinstance(side, ast.Call) and self._is_asked(side) for side in sides) or all(map(self._is_chain, sides)):
            return self._fragment(node)
        same = self._calling(node, SAME, *map(self.visit, sides))
        return same if isinstance(node.ops[0], ast.Is) else ast.copy_location(ast.UnaryOp(ast.Not(), same), node)

    def _fragment(self, node):
        return self._asking(node, FRAGMENT, "eval")

    def run(self, node: ast.stmt, kept: bool = False) -> ast.Expr:
        """A statement that requests the run of another in the solution process. kept: whether sent values stay there."""
        call = self._asking(node, RUN, "exec")
        call.args.append(ast.Constant(kept))
        return ast.copy_location(ast.Expr(call), node)

    def sent(self, names: Iterable[str]) -> ast.Expr:
        """A statement that sends the values of names."""
        values = ast.Dict(
            [ast.Constant(name) for name in sorted(names)], [ast.Name(name, ast.Load()) for name in sorted(names)]
        )
        number = ast.Constant(self._placement.keep("", {}))
        return ast.Expr(self._calling(ast.Pass(lineno=1, col_offset=0), RUN, number, values, ast.Constant(True)))

    def _asking(self, node, function, mode):
        """A call that requests the value of a node, with the values that only the judge has."""
        self.found.append((node, self._hidden))
        lifter = _Lifter(self)
        source = ast.unparse(lifter.within(copied(node)))
        for name in sorted(filter(self.is_sent, free([ast.parse(source, mode=mode)]) - lifter.values.keys())):
            lifter.values[name] = ast.Name(name, ast.Load())
        values = ast.Dict([ast.Constant(name) for name in lifter.values], list(lifter.values.values()))
        return self._calling(node, function, ast.Constant(self._placement.keep(source, lifter.texts)), values)

    def _calling(self, node, function, *arguments):
        return ast.copy_location(ast.Call(ast.Name(function, ast.Load()), list(arguments), []), node)

    def numbered(self):
        """A number for a value that is sent."""
        return self._placement.numbered()

    def is_sent(self, name: str) -> bool:
        """Whether a name's value must be sent, because only the judge has it."""
        return name in self._hidden or not self._placement.in_solution(name)


class _Lifter(ast.NodeTransformer):
    """Takes parts that the judge computes by itself out of a fragment, so that only their values are sent."""

    def __init__(self, rewriter):
        self._rewriter = rewriter
        self.values = {}
        # The parts that the judge computes, as text.
        self.texts = {}

    def within(self, node):
        """A node from which parts were taken out."""
        return node if isinstance(node, (*COMPREHENSIONS, *FUNCTIONS)) else self.generic_visit(node)

    def visit(self, node):
        sent = self._rewriter.is_sent
        names = free([node]) if isinstance(node, ast.expr) else ()
        if isinstance(node, (ast.Lambda, ast.GeneratorExp)):
            # It uses values of the judge after this evaluation too, and may change them: then it runs in the judge.
            return self._lifted(node) if any(map(sent, names)) else node
        if isinstance(node, (*COMPREHENSIONS, *FUNCTIONS)):
            return node
        if not names or isinstance(node, ast.Starred) or not any(map(sent, names)):
            return self.generic_visit(node)
        if any(not sent(name) and name not in vars(builtins) for name in names):
            return self.generic_visit(node)
        if any(isinstance(part, (ast.NamedExpr, ast.Await, ast.Yield)) for part in ast.walk(node)):
            return self.generic_visit(node)
        return self._lifted(node)

    def _lifted(self, node):
        if isinstance(node, ast.Name):
            self.values[node.id] = node
            return node
        name = f"__value_{self._rewriter.numbered()}__"
        self.texts[name] = ast.unparse(node)
        self.values[name] = self._rewriter.visit(node)
        return ast.Name(name, ast.Load())
