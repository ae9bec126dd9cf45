"""Grades one solution: lets the tests run one by one, and tells what came of each."""

import contextlib
import math
import signal
import time

from .assertion import call_and_value
from .comparison import same_output, same_value
from .placement import Placement
from .process import Fault, Lost, SolutionProcess, Spawner, Usage, program_result
from .remote import Remote
from .rewriting import EITHER, FRAGMENT, HOLD

_SHOWN = 400


class Failed(Exception):
    """A test's outcome that is not the expected one. shown: what the solution gave, as text."""

    def __init__(self, shown):
        super().__init__()
        self.shown = shown


def _shown(value):
    try:
        text = repr(value)
    except Exception:
        text = f'<{type(value).__name__}>'
    return text if len(text) <= _SHOWN else f'{text[:_SHOWN]}…'


def _line_of(error, source):
    """The line of a test in which an exception was raised."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == '<test>':
            line = trace.tb_lineno
        trace = trace.tb_next
    return source.split('\n')[line - 1].strip()


class Grading:
    """
    The tests of one grade. plan: tests, entry, grade, alone, seconds (of a test and of all). `plain` as long as nothing of
    the task's own was run here, but values compared.
    """

    def __init__(self, job, plan, control):
        self._job = job
        self._plan = plan
        self._spawner = Spawner(control, plan['alone'])
        self.usage = Usage()
        self._names = {'__name__': 'test'}
        self.plain = not job['setup']
        if job['setup']:
            try:
                exec(compile(job['setup'], '<setup>', 'exec'), self._names)
            except Exception:
                # A setup that needs the solution is the solution process's alone.
                self._names = {'__name__': 'test'}
        classes = {name: self._names[name] for name in job['classes'] if name in self._names}
        self._process = SolutionProcess(self._spawner, self.usage, classes)
        self._given = []
        # Why the solution cannot be loaded, once that is known.
        self._unloadable = None
        self._end = time.monotonic() + plan['seconds']['all']

    @property
    def tested(self):
        """Whether there are tests, and no grade program."""
        return self._plan['grade'] is None

    def outcomes(self):
        """What came of each test, in order."""
        outcomes = [self._outcome(test) for test in self._plan['tests']]
        if self._process.alive:
            self._process.stop(1.0)
        return outcomes

    def score(self):
        """What the grade program says, or why it gives no number; whose fault that is the gold tells, to the server."""
        outcome = self._outcome({'name': 'grade', 'grade': self._plan['grade']})
        if self._process.alive:
            self._process.stop(1.0)
        return outcome

    def _outcome(self, test):
        self._given = []
        self._process.about(test.get('grade') or self._job['setup'] + test.get('code', ''), 'grade' in test)
        error = None
        if 'stdin' not in test and not self._process.alive and self._unloadable is None:
            _, self._unloadable = self._attempt('load', lambda: self._process.start(self._job, self._until))
        if 'stdin' not in test:
            error = self._unloadable
        value = None
        if error is None:
            value, error = self._attempt('test', lambda: self._run(test))
        if error is None:
            return {'name': test['name'], 'passed': True, 'value': value}
        return {'name': test['name'], 'passed': False, 'error': error}

    def _attempt(self, kind, action):
        """What an action gives, and why it gives nothing."""
        try:
            with self._time(self._plan['seconds'][kind]):
                return action(), None
        except Fault:
            raise
        except Lost as lost:
            return None, {'type': lost.error_type, 'message': str(lost), 'line': None, 'of': 'solution'}
        except Failed as failed:
            return None, {'type': 'WrongAnswer', 'message': '', 'line': None, 'of': 'test', 'actual': failed.shown}
        except BaseException as error:
            return None, self._told(error)

    def _told(self, error):
        """An exception as the outcome tells it."""
        of_solution = getattr(error, 'of_solution', None)
        if of_solution is not None:
            told = {**{name: of_solution.get(name) for name in ('type', 'base', 'message', 'line')}, 'of': 'solution'}
        else:
            told = {'type': type(error).__name__, 'message': str(error)[:2000], 'line': None, 'of': 'test'}
            if isinstance(error, AssertionError) and self._given:
                told['actual'] = ', '.join(_shown(value) for value in self._given[-3:])
        statement = getattr(error, '__notes__', [None])[0]
        if isinstance(statement, str):
            told['statement'] = statement
        return told

    @contextlib.contextmanager
    def _time(self, seconds):
        """The time of one part, for the solution's answers and for the judge's own work with them."""
        left = min(seconds, self._end - time.monotonic())
        if left <= 0:
            raise Lost('TimeoutError', 'the time of all tests is over')
        self._until = self._process.until = time.monotonic() + left

        def late(number, frame):
            raise Lost('TimeoutError', 'the test did not end in time')

        former = signal.signal(signal.SIGALRM, late)
        signal.setitimer(signal.ITIMER_REAL, left + 0.5)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, former)

    def _run(self, test):
        if 'stdin' in test:
            return self._program(test)
        if 'grade' in test:
            return self._grade(test['grade'])
        return self._call(test) if 'args' in test else self._statements(test['code'])

    def _program(self, test):
        output, status, late, told = program_result(self._spawner, self._job, self.usage, test['stdin'], self._until)
        if late:
            raise Lost('TimeoutError', 'the program did not end within the time of the test')
        if status != 0:
            error = Lost('NonZeroExit', f'the program ended with exit status {status}')
            if type(told) is dict:
                error = RuntimeError()
                error.of_solution = told
            raise error
        text = output.decode('utf-8', 'replace')
        if not same_output(text, test['stdout']):
            raise Failed(text if len(text) <= _SHOWN else f'{text[:_SHOWN]}…')

    def _call(self, test):
        value = self._process.ask(
            'eval', values={'arguments': test['args']}, code=f'{self._plan["entry"]}(*arguments)'
        )
        try:
            same = same_value(value, test['value']) or 'also' in test and same_value(value, test['also'])
        except (ArithmeticError, ValueError, RecursionError):
            same = False
        if not same:
            raise Failed(_shown(value))

    def _fragment(self, source, values):
        value = self._process.ask('eval', values=values, code=source)
        self._given.append(value)
        return value

    def _hold(self, source, values, listed):
        value = self._process.ask('hold', values=values, code=source, listed=listed)
        self._given.append(value)
        return value

    def _assertion(self, code, call, value):
        try:
            if not self._fragment(call, {}) == value:
                raise AssertionError()
        except Exception as error:
            error.add_note(code.strip())
            raise

    def _statements(self, code):
        entry = self._plan['entry']
        usual = call_and_value(code, entry)
        if usual is not None:
            return self._assertion(code, *usual)
        self.plain = False
        placement = Placement(code, self._names.keys() - {'__name__'}, {entry} if entry else set())
        names = dict(self._names)
        names.update((name, __import__(name)) for name in placement.modules)
        names[FRAGMENT] = lambda number, *more: self._fragment(placement.fragments[number], *more)
        names[HOLD] = lambda number, *more: self._hold(placement.fragments[number], *more)
        names[EITHER] = lambda value, here, elsewhere: (elsewhere if isinstance(value, Remote) else here)(value)
        for place, part, more in placement.steps:
            if place == 'solution':
                self._process.ask('run', values={name: names[name] for name in more if name in names}, code=part)
                continue
            self._given = []
            try:
                exec(part, names)
            except Exception as error:
                error.add_note(_line_of(error, code))
                raise

    def _grade(self, source):
        self.plain = False
        names = {'__name__': 'grade', 'same_output': same_output, 'same_value': same_value}
        exec(compile(source, '<grade>', 'exec'), names)
        value = names['grade'](_Work(self))
        if type(value) not in (int, float, bool) or not math.isfinite(value) or not 0 <= value <= 1:
            raise ValueError('grade() gave no number from 0 to 1')
        return float(value)

    def run_program(self, stdin):
        output, status, late, _ = program_result(self._spawner, self._job, self.usage, stdin, self._until)
        return output.decode('utf-8', 'replace'), None if late else status

    def named(self, name):
        return self._process.ask('eval', code=name)


class _Work:
    """The solution as a grade program sees it: its names as attributes, and itself as a program."""

    def __init__(self, grading):
        self._grading = grading

    def __getattr__(self, name):
        if name.startswith('__') or not name.isidentifier():
            raise AttributeError(name)
        return self._grading.named(name)

    def run(self, stdin=''):
        """The program's output and exit status (None past the deadline)."""
        return self._grading.run_program(stdin)
