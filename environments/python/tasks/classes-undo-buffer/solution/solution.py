class TextBuffer:
    def __init__(self, text=''):
        self.text = text
        self._before = []
        self._after = []

    def _replace(self, start, end, new):
        if not 0 <= start <= end <= len(self.text):
            raise IndexError('no such position')
        text = self.text[:start] + new + self.text[end:]
        if text != self.text:
            self._before.append(self.text)
            self._after.clear()
            self.text = text

    def insert(self, position, new):
        self._replace(position, position, new)

    def delete(self, start, end):
        self._replace(start, end, '')

    def _step(self, source, target):
        if not source:
            return False
        target.append(self.text)
        self.text = source.pop()
        return True

    def undo(self):
        return self._step(self._before, self._after)

    def redo(self):
        return self._step(self._after, self._before)
