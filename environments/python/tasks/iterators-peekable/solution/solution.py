NOTHING, END = object(), object()

class Peekable:
    def __init__(self, iterable):
        self._source = iter(iterable)
        self._ahead = []

    def __iter__(self):
        return self

    def __next__(self):
        return self._ahead.pop() if self._ahead else next(self._source)

    def peek(self, default=NOTHING):
        if not self._ahead:
            try:
                self._ahead.append(next(self._source))
            except StopIteration:
                if default is NOTHING:
                    raise
                return default
        return self._ahead[-1]

    def push(self, element):
        self._ahead.append(element)

    def __bool__(self):
        return self.peek(END) is not END
