class Peekable:
    def __init__(self, iterable):
        self.items = list(iterable)

    def __iter__(self):
        return self

    def __next__(self):
        if not self.items:
            raise StopIteration
        return self.items.pop(0)

    def peek(self, *default):
        if not self.items:
            if default:
                return default[0]
            raise StopIteration
        return self.items[0]

    def push(self, element):
        self.items.insert(0, element)

    def __bool__(self):
        return bool(self.items)
