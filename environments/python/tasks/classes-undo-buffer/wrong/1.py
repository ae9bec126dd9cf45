class TextBuffer:
    def __init__(self, text='', before=[], after=[]):
        self.text, self.before, self.after = text, before, after

    def edit(self, text):
        if text != self.text:
            self.before.append(self.text)
            self.after.clear()
            self.text = text

    def insert(self, position, new):
        if not 0 <= position <= len(self.text):
            raise IndexError(position)
        self.edit(self.text[:position] + new + self.text[position:])

    def delete(self, start, end):
        if not 0 <= start <= end <= len(self.text):
            raise IndexError((start, end))
        self.edit(self.text[:start] + self.text[end:])

    def undo(self):
        if self.before:
            self.after.append(self.text)
            self.text = self.before.pop()
            return True
        return False

    def redo(self):
        if self.after:
            self.before.append(self.text)
            self.text = self.after.pop()
            return True
        return False
