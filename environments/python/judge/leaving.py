"""Which statements of a test run in the solution process as a whole, because they only change objects there."""

import ast

from .scopes import FUNCTIONS, asserts, bound, free, mutated, root

_IDLE = (ast.Pass, ast.Break, ast.Continue, ast.Global, ast.Nonlocal)


class Left:
    """The part of a placement about statements that run in the solution process."""

    def left_inside(self, statement: ast.stmt, hidden: frozenset[str]) -> bool:
        """Whether a statement inside one of the judge's runs in the solution process."""
        if not bound([statement]) <= self.remote - hidden or not free([statement]) & self.remote - hidden | bound(
            [statement]
        ):
            return False
        return self._is_left(statement, hidden) and not asserts(statement, self._body)

    def _is_left(self, statement, hidden=frozenset()):
        """Whether a statement only changes objects in the solution process."""
        if isinstance(statement, ast.With) and free([item.context_expr for item in statement.items]) & self._strange:
            return True
        if not free([statement]) & self.foreign:
            # Values that assertions use may not change there.
            changed = bound([statement]) | mutated([statement])
            return not isinstance(statement, FUNCTIONS) and not changed & self._own
        if isinstance(statement, ast.Expr):
            return isinstance(statement.value, ast.Call) and self.there(root(statement.value), hidden)
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            return any(self._is_kept(target, hidden) for target in targets) and self._is_fetched(statement.value)
        if isinstance(statement, ast.AugAssign):
            return self._is_kept(statement.target, hidden) and self._is_fetched(statement.value)
        if isinstance(statement, ast.Delete):
            return any(self.there(root(target), hidden) for target in statement.targets)
        if isinstance(statement, (ast.For, ast.With, ast.Try)):
            return self._is_left_block(statement, hidden)
        return isinstance(statement, _IDLE)

    def _is_kept(self, target, hidden):
        """Whether the target of an assignment is in the solution process."""
        if isinstance(target, (ast.Tuple, ast.List, ast.Starred)):
            parts = target.elts if not isinstance(target, ast.Starred) else [target.value]
            return any(self._is_kept(part, hidden) for part in parts)
        if isinstance(target, ast.Name):
            return target.id not in hidden and target.id in self._mutated | self._needed | self.remote
        return self.there(root(target), hidden)

    def _is_fetched(self, value):
        """Whether a value is the solution's own, unchanged, or has nothing of the solution."""
        if not free([value]) & self.foreign:
            return True
        if isinstance(value, (ast.Tuple, ast.List)):
            return all(map(self._is_fetched, value.elts))
        return root(value) in self.remote

    def _is_left_block(self, statement, hidden):
        if isinstance(statement, ast.For):
            targets = bound([ast.Expr(statement.target)])
            if targets - free(statement.body) or free([statement.iter]) & self._protected:
                return False
        expressions = [statement.iter] if isinstance(statement, ast.For) else []
        if isinstance(statement, ast.With):
            expressions = [item.context_expr for item in statement.items]
        handlers = getattr(statement, "handlers", [])
        bodies = [getattr(part, name, []) for part in (statement, *handlers) for name in ("body", "orelse", "finalbody")]
        return all(map(self._is_fetched, expressions)) and all(
            self._is_left(part, hidden) for body in bodies for part in body
        )

    def there(self, name: str | None, hidden: frozenset[str] = frozenset()) -> bool:
        """Whether only the solution process has the value of a name of the test."""
        return name in self._bound and name in self.remote and name not in hidden
