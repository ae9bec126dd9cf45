class Peekable:
    def __init__(self, iterable):
        self.source, self.ahead = iter(iterable), None

    def __iter__(self):
        return self

    def __next__(self):
        element, self.ahead = self.ahead, None
        return next(self.source) if element is None else element

    def peek(self, *default):
        if self.ahead is None:
            self.ahead = next(self.source, *default)
        return self.ahead

    def push(self, element):
        self.ahead = element

    def __bool__(self):
        return self.peek(None) is not None
