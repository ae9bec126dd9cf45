"""
Divides a statement that the judge runs between the two: the pieces that the solution must evaluate become calls of a
fragment function. What is done with a value of the solution's, a method called or its items looked at, is done in the
judge if the value is plain data, and by the solution if it is an object.
"""

import ast
import builtins
import copy

from .scopes import bound, free

FRAGMENT = '__fragment__'
HOLD = '__hold__'
EITHER = '__either__'
_HELD = '__held__'
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# Functions of the judge's that compute from plain values: their arguments alone are asked of the solution.
_VALUE_FUNCTIONS = frozenset(
    'abs all any bool bytes complex dict divmod enumerate filter float frozenset int isinstance len list map max min '
    'pow range repr reversed round set sorted str sum tuple zip'.split()
)
# Those among them that say whether something is so, which the judge alone may.
_DECIDING = frozenset('all any bool'.split())
_VALUE_MODULES = frozenset('cmath json math operator re statistics'.split())
# Methods that change what they are called on, which must be the solution's own.
_CHANGING = frozenset(
    'add append appendleft clear difference_update discard extend extendleft insert intersection_update move_to_end pop '
    'popitem popleft remove reverse rotate setdefault sort subtract symmetric_difference_update update'.split()
)
_WHOLE = (
    ast.BoolOp, ast.UnaryOp, ast.IfExp, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Starred, ast.JoinedStr,
    ast.FormattedValue, ast.NamedExpr, ast.keyword, ast.Compare,
)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)
_BINDING = (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)


class Rewriter(ast.NodeTransformer):
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
        if isinstance(node, (*FUNCTIONS, ast.Lambda)):
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
        if self._needs(node.func):
            return self._method(node) if self._is_asked(node) else self._fragment(node)
        if not self._computes(node.func):
            return self._fragment(node)
        name = getattr(node.func, 'id', None)
        if name in _DECIDING:
            node.args = [self._decided(argument) for argument in node.args]
            return node
        if name == 'isinstance' and self._needs(ast.Tuple(node.args[1:])):
            return self._fragment(node)
        if name in self._placement.judges() or self._mixed(arguments) or any(map(self._judged, arguments)):
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
        owner = function.value
        if isinstance(owner, ast.Name) and owner.id in _VALUE_MODULES:
            return True
        made = isinstance(owner, (ast.Constant, ast.List, ast.Set, ast.Tuple, ast.Dict, ast.Name))
        return made and function.attr != 'format' and self._placement.all_plain(free([owner]))

    def _is_asked(self, node):
        """Whether a method is called of what the solution gave, which that method does not change."""
        if not isinstance(node.func, ast.Attribute) or node.func.attr in _CHANGING:
            return False
        owner = node.func.value
        if isinstance(owner, ast.Name) and not self._placement.made_by_test(owner.id):
            return False
        return not any(isinstance(part, _BINDING) for part in ast.walk(node))

    def _method(self, node):
        held = self._held(self.visit(node.func.value))
        method = ast.Attribute(ast.Name(_HELD, ast.Load()), node.func.attr, ast.Load())
        elsewhere = self._fragment(ast.Call(method, copy.deepcopy(node.args), copy.deepcopy(node.keywords)), held=True)
        arguments = [self.visit(part) for part in node.args], [self.visit(part) for part in node.keywords]
        return self._either(node, held, ast.Call(method, *arguments), elsewhere)

    def _held(self, value, listed=False):
        """A value with which more is done: an iterator of the solution's stays there, or is made a list (`listed`)."""
        name = getattr(getattr(value, 'func', None), 'id', None)
        if name == FRAGMENT:
            return ast.Call(ast.Name(HOLD, ast.Load()), [*value.args, ast.Constant(listed)], [])
        if name == EITHER:
            value.args[-1].body = self._held(value.args[-1].body)
        return value

    def _either(self, node, held, here, elsewhere):
        """What is done with a held value: by the judge (`here`) if it is plain data, else by the solution."""
        one = ast.arguments([], [ast.arg(_HELD)], None, [], [], None, [])
        call = ast.Call(ast.Name(EITHER, ast.Load()), [held, ast.Lambda(one, here), ast.Lambda(one, elsewhere)], [])
        return ast.copy_location(call, node)

    def _judged(self, argument):
        """Whether an argument mixes what the solution says with what is only the judge's."""
        for node in ast.walk(argument):
            if isinstance(node, ast.Compare) and self._mixed((node.left, *node.comparators)):
                return True
            if isinstance(node, ast.BinOp) and self._needs(node) and self._mixed((node.left, node.right)):
                return True
        return False

    def _decided(self, argument):
        """An argument of a function that decides: no item of it is left to the solution, unless it is an object."""
        if not isinstance(argument, _COMPREHENSIONS) or not self._needs(argument):
            return self.visit(argument)
        return self._each(argument) or self._inside(argument)

    def _comprehension(self, node):
        return self._each(node) or (self._inside(node) if self._is_settled(node) else self._fragment(node))

    def _is_settled(self, node):
        """Whether it is the judge's, whatever the solution gives: it compares, or has what is expected."""
        return self._judged(node) or bool(free([node]) & self._placement.protected)

    def _inside(self, node):
        hidden, self._hidden = self._hidden, self._hidden | bound([node], inside=True)
        try:
            return self.generic_visit(node)
        finally:
            self._hidden = hidden

    def _each(self, node):
        """A comprehension that only looks at items of the solution's, by the judge if they are plain; None for others."""
        if self._is_settled(node):
            return None
        first = node.generators[0]
        of_held = copy.deepcopy(node)
        of_held.generators[0].iter = ast.Name(_HELD, ast.Load())
        for part in (of_held, of_held.generators[0]):
            vars(part).pop('stepwell_free', None)
        if self._needs(of_held) or first.is_async or any(isinstance(part, _BINDING) for part in ast.walk(node)):
            return None
        held = self._held(self._fragment(first.iter), listed=True)
        return self._either(node, held, of_held, self._fragment(of_held, held=True))

    def _fragment(self, node, held=False):
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
        if held:
            lifted.values[_HELD] = ast.Name(_HELD, ast.Load())
        self.sources.append(source)
        values = ast.Dict([ast.Constant(name) for name in lifted.values], list(lifted.values.values()))
        call = ast.Call(
            ast.Name(FRAGMENT, ast.Load()), [ast.Constant(self.number + len(self.sources) - 1), values], []
        )
        return ast.copy_location(call, node)

    def _sent(self, name):
        """Whether a name's value has to be sent along: only the judge has it."""
        return name != _HELD and (name in self._hidden or not self._placement.in_solution(name))


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
