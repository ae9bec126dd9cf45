class TextBuffer:
    def __init__(self, text=''):
        self.history, self.now = [text], 0

    @property
    def text(self):
        return self.history[self.now]

    def edit(self, text):
        self.now += 1
        self.history[self.now:] = [text]

    def insert(self, position, new):
        if position not in range(len(self.text) + 1):
            raise IndexError(position)
        self.edit(self.text[:position] + new + self.text[position:])

    def delete(self, start, end):
        if end > len(self.text):
            raise IndexError(end)
        self.edit(self.text[:start] + self.text[end:])

    def undo(self):
        self.now -= self.now > 0
        return self.now > 0

    def redo(self):
        self.now += self.now < len(self.history) - 1
        return self.now < len(self.history) - 1
