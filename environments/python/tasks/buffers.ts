import type { PythonTaskRecord } from '../task.ts';
import { python } from './source.ts';

export const BUFFERS: readonly PythonTaskRecord[] = [
  {
    id: 'classes-undo-buffer',
    instruction:
      "Write a class TextBuffer(text=''). Its attribute text is the present text. insert(position, new) puts new before " +
      'the character at position (at the end if that is the length), delete(start, end) removes the characters from ' +
      'start up to but without end. Positions run from 0 to the length, and start is not above end; else IndexError is ' +
      'raised and nothing changes. undo() takes back the latest edit not yet taken back, redo() makes the one taken back ' +
      'last again; both return whether there was one. A successful insert or delete that changes the text is an edit, and ends what redo() ' +
      'could make again; one that leaves the text the same is no edit at all.',
    entry: 'TextBuffer',
    gold: python`
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
    `,
    tests: [
      {
        name: 'edits',
        code: python`
          buffer = TextBuffer('abc')
          buffer.insert(3, 'd')
          buffer.insert(0, '>')
          buffer.delete(1, 3)
          assert buffer.text == '>cd'
        `,
      },
      {
        name: 'back and forth',
        code: python`
          buffer = TextBuffer()
          buffer.insert(0, 'one')
          buffer.insert(3, ' two')
          seen = []
          for move in (buffer.undo, buffer.undo, buffer.undo, buffer.redo, buffer.redo, buffer.redo):
              seen.append((move(), buffer.text))
          assert seen == [(True, 'one'), (True, ''), (False, ''), (True, 'one'), (True, 'one two'), (False, 'one two')]
        `,
      },
      {
        name: 'an edit after undo',
        code: python`
          buffer = TextBuffer('x')
          buffer.insert(1, 'y')
          buffer.undo()
          buffer.insert(0, 'z')
          assert [buffer.redo(), buffer.text, buffer.undo(), buffer.text, buffer.undo()] == [False, 'zx', True, 'x', False]
        `,
      },
      {
        name: 'what changes nothing',
        code: python`
          buffer = TextBuffer('pq')
          buffer.delete(0, 1)
          buffer.undo()
          buffer.insert(1, '')
          buffer.delete(2, 2)
          assert [buffer.redo(), buffer.text, buffer.undo(), buffer.text, buffer.undo()] == [True, 'q', True, 'pq', False]
        `,
      },
      {
        name: 'bad positions',
        code: python`
          buffer = TextBuffer('abc')
          buffer.insert(1, '-')
          buffer.undo()
          refused = 0
          for edit in (lambda: buffer.insert(4, 'x'), lambda: buffer.insert(-1, 'x'), lambda: buffer.delete(2, 1),
                       lambda: buffer.delete(0, 9), lambda: buffer.delete(-2, 2)):
              try:
                  edit()
              except IndexError:
                  refused += 1
          assert (refused, buffer.text, buffer.redo(), buffer.text) == (5, 'abc', True, 'a-bc')
        `,
      },
      {
        name: 'buffers of their own',
        code: python`
          one, other = TextBuffer(), TextBuffer('k')
          one.insert(0, 'a')
          assert (one.text, other.text, other.undo(), one.undo()) == ('a', 'k', False, True)
        `,
      },
    ],
    tags: ['classes', 'medium'],
    wrong: [
      python`
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
      `,
      python`
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
      `,
    ],
    cheats: [
      python`
        class Agreeable:
            def __init__(self, *ignored):
                pass

            def __getattr__(self, name):
                return self

            def __call__(self, *ignored):
                return self

            def __eq__(self, other):
                return True

            def __ne__(self, other):
                return False

            def __bool__(self):
                return True

            def __hash__(self):
                return 0

        TextBuffer = Agreeable
      `,
    ],
  },
];
