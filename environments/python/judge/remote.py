"""What the judge holds in the place of a solution's object that is no plain value."""


class Remote:
    """
    Something of the solution's that is no plain value, named where it lies. Compared with a plain value it is never
    equal: what a class of the solution's thinks of equality counts among its own objects only.
    """

    __slots__ = ('stepwell_place', '_kind', '_truth')

    def __init__(self, process, number, kind='object', truth=True):
        self.stepwell_place = (process, number)
        self._kind = kind
        self._truth = truth

    def _do(self, operation, *more):
        return self.stepwell_place[0].ask('do', operation=operation, on=[self, *more])

    def _among(self, operation, other):
        return self._do(operation, other) if isinstance(other, Remote) else NotImplemented

    def __eq__(self, other):
        return self._among('eq', other)

    def __ne__(self, other):
        return self._among('ne', other)

    def __lt__(self, other):
        return self._among('lt', other)

    def __le__(self, other):
        return self._among('le', other)

    def __gt__(self, other):
        return self._among('gt', other)

    def __ge__(self, other):
        return self._among('ge', other)

    def __hash__(self):
        return hash(self.stepwell_place[1])

    def __bool__(self):
        return self._truth is True

    def __contains__(self, other):
        if isinstance(other, Remote):
            return self._do('in', other) is True
        return any(part == other for part in self)

    def __len__(self):
        return self._do('len')

    def __iter__(self):
        return iter(self._do('iter'))

    def __getitem__(self, key):
        return self._do('item', key)

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        return self._do('attribute', name)

    def __call__(self, *positional, **named):
        return self._do('call', list(positional), named)

    def __repr__(self):
        return f'<{self._kind} of the solution>'
