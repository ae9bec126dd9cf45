"""The judge's clock, on a machine whose times the test tells."""

import socket
import sys
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).parents[4] / "environments/python"))

from judge import clock, processor

PID = 77
# More than others can use.
BUSY = 1000.0


class Machine:
    """What the kernel would tell: the time, the judge's and the solution's processor time and waits, in seconds."""

    def __init__(self):
        self.now = self.judge_ran = self.judge_waited = self.ran = self.waited = 0.0
        self.state = "R"

    def ran_and_waited(self, pid):
        return (self.judge_ran, self.judge_waited) if pid == "self" else (self.ran, self.waited)

    def state_of(self, pid):
        return self.state, self.ran, 1


class ClockTest(unittest.TestCase):
    def setUp(self):
        self.machine = machine = Machine()
        others = mock.Mock(return_value=mock.Mock(busy=lambda passed: (BUSY, 0.0)))
        for target, what in (
            ("time.monotonic", lambda: machine.now),
            ("time.process_time", lambda: machine.judge_ran),
            ("signal.signal", mock.Mock()),
            ("signal.setitimer", mock.Mock()),
            ("ran_and_waited", machine.ran_and_waited),
            ("state_of", machine.state_of),
            ("crowded", lambda pid: False),
            ("Others", others),
            ("REPORTS_WAITS", True),
        ):
            patched = mock.patch(f"judge.clock.{target}", what)
            patched.start()
            self.addCleanup(patched.stop)
        self.answers, self.solution = socket.socketpair()
        self.addCleanup(self.answers.close)
        self.addCleanup(self.solution.close)
        self.clock = clock.Clock(60)
        self.clock.watch(PID)

    def passes(self, seconds, *, ran=0.0, waited=0.0, late=0.0, judge=0.0, state="R"):
        """Time passes until the next check."""
        machine = self.machine
        machine.now += seconds
        machine.ran += ran
        machine.waited += waited
        machine.judge_waited += late
        machine.judge_ran += judge
        machine.state = state
        self.clock._tick(None, None)

    def used(self):
        return self.clock._used

    def test_counts_the_time_in_which_the_solution_sleeps(self):
        with self.clock.part(2):
            self.clock.their_turn(self.answers.fileno())
            for _ in range(10):
                self.passes(0.1, state="S")
        self.assertAlmostEqual(self.used(), 1.0)

    def test_counts_a_sleep_while_the_judge_waits_for_a_processor(self):
        with self.assertRaises(clock.Over), self.clock.part(2):
            self.clock.their_turn(self.answers.fileno())
            for _ in range(5):
                self.passes(0.4, late=0.3, state="S")
        self.assertAlmostEqual(self.used(), 2.0)
        self.assertIsNone(self.clock.doubt(failed=True))

    def test_counts_no_wait_for_a_processor(self):
        with self.clock.part(1):
            self.clock.their_turn(self.answers.fileno())
            for _ in range(20):
                self.passes(0.1, ran=0.02, waited=0.08)
            self.clock.own_turn()
        self.assertAlmostEqual(self.used(), 0.4)
        self.assertIsNone(self.clock.doubt(failed=False))

    def test_counts_no_wait_that_the_kernel_reports_later(self):
        with self.clock.part(1):
            self.clock.their_turn(self.answers.fileno())
            for _ in range(9):
                self.passes(0.1)
            self.passes(0.1, ran=0.1, waited=0.9)
            # What was assumed and then reported is forgiven once.
            self.passes(0.1, state="S")
            self.clock.own_turn()
        self.assertAlmostEqual(self.used(), 0.1 + 0.1)

    def test_forgives_no_more_than_others_used(self):
        self.clock._others = mock.Mock(busy=lambda passed: (0.02, 0.0))
        with self.clock.part(2):
            self.clock.their_turn(self.answers.fileno())
            for _ in range(10):
                self.passes(0.1, ran=0.02, waited=0.08)
        self.assertAlmostEqual(self.used(), 0.8)

    def test_counts_what_its_other_processes_compute(self):
        self.clock._others = mock.Mock(busy=lambda passed: (BUSY, 0.06))
        with self.clock.part(2):
            self.clock.their_turn(self.answers.fileno())
            for _ in range(10):
                self.passes(0.1, ran=0.01, waited=0.09)
        self.assertAlmostEqual(self.used(), 0.7)

    def test_doubts_a_limit_that_only_the_least_share_reached(self):
        with self.assertRaises(clock.Over), self.clock.part(0.5):
            self.clock.their_turn(self.answers.fileno())
            for _ in range(200):
                self.passes(0.1, ran=0.001, waited=0.099)
        self.assertEqual(self.clock.doubt(failed=True), "starved")

    def test_does_not_doubt_a_limit_that_the_solution_reached_after_waiting(self):
        with self.assertRaises(clock.Over), self.clock.part(1):
            self.clock.their_turn(self.answers.fileno())
            for _ in range(10):
                self.passes(0.1, ran=0.001, waited=0.099)
            for _ in range(20):
                self.passes(0.1, ran=0.097, waited=0.003)
        self.assertGreaterEqual(self.used(), 1.0)
        self.assertIsNone(self.clock.doubt(failed=True))

    def test_ends_when_the_least_share_of_all_time_is_the_limit(self):
        with self.assertRaises(clock.Over), self.clock.part(0.5):
            self.clock.their_turn(self.answers.fileno())
            for _ in range(4):
                self.passes(0.1, ran=0.1)
            for _ in range(90):
                self.passes(0.1, ran=0.001, waited=0.099)
                self.assertFalse(self.clock.over)
            for _ in range(20):
                self.passes(0.1, waited=0.1)
        self.assertEqual(self.clock.doubt(failed=True), "starved")

    def test_doubts_an_answer_that_may_have_come_late(self):
        with self.clock.part(0.5):
            self.clock.their_turn(self.answers.fileno())
            self.passes(0.1, state="S")
            self.solution.send(b"answer")
            # The answer came somewhere in the time in which the judge waited for a processor.
            self.passes(0.5, late=0.45, state="S")
            self.clock.own_turn()
        self.assertLess(self.used(), 0.2)
        self.assertEqual(self.clock.doubt(failed=False), "starved")
        self.assertIsNone(self.clock.doubt(failed=True))

    def test_doubts_what_happened_around_a_pause(self):
        with self.clock.part(0.5):
            self.clock.their_turn(self.answers.fileno())
            self.passes(3.0, state="S")
        self.assertLess(self.used(), 0.2)
        self.assertEqual(self.clock.doubt(failed=False), "disturbed")

    def test_takes_no_pause_for_a_wait(self):
        with self.clock.part(10):
            self.clock.their_turn(self.answers.fileno())
            # As it goes on, the solution is about to run.
            self.passes(2.0, state="R")
        with self.clock.part(1):
            self.clock.their_turn(self.answers.fileno())
            self.passes(0.1, state="S")
        self.assertAlmostEqual(self.used(), 0.1)
        self.assertIsNone(self.clock.doubt(failed=True))

    def test_counts_a_program_by_what_is_known_at_its_end(self):
        with self.clock.part(1):
            self.clock.their_turn(self.answers.fileno())
            self.passes(0.1, ran=0.05, waited=0.05)
            self.machine.now += 0.4
            self.clock.own_turn()
            self.machine.state = "Z"
            self.clock.ended(0.15, 0.35)
        self.assertAlmostEqual(self.used(), 0.15)

    def test_reads_again_what_a_delay_tore_apart(self):
        machine, delays = self.machine, []

        def state_of(pid):
            # The judge waits for a processor in the middle of its check, and the solution waits too.
            if delays:
                seconds = delays.pop()
                machine.now += seconds
                machine.judge_waited += seconds
                machine.waited += seconds
            return machine.state_of(pid)

        with self.clock.part(1), mock.patch("judge.clock.state_of", state_of):
            self.clock.their_turn(self.answers.fileno())
            for check in range(20):
                if check % 4 == 1:
                    delays.append(0.13)
                self.passes(0.1, ran=0.02, waited=0.08)
            self.clock.own_turn()
        self.assertAlmostEqual(self.used(), 0.4)

    def test_divides_no_time_that_is_too_short(self):
        with self.clock.part(1):
            self.clock.their_turn(self.answers.fileno())
            for _ in range(10):
                self.passes(0.17, ran=0.02, waited=0.15)
                # The check was late, and the next one follows at once.
                self.passes(0.03, waited=0.03)
            self.passes(0.1, ran=0.1)
            self.clock.own_turn()
        self.assertAlmostEqual(self.used(), 0.3)

    def test_ignores_a_check_within_a_check(self):
        late = [0.3]

        def looks(pid):
            if late:
                self.machine.now += late.pop()
                self.clock._tick(None, None)
            return "S", self.machine.ran, 1

        with self.clock.part(2), mock.patch("judge.clock.state_of", looks):
            self.clock.their_turn(self.answers.fileno())
            self.passes(0.1, state="S")
            self.assertAlmostEqual(self.used(), 0.4)


class OthersTest(unittest.TestCase):
    """How busy two processors are, of which others use all that the solution leaves."""

    def setUp(self):
        self.now = 0.0
        # Each of the solution's two processes uses a tenth of one.
        for target, what in (
            ("time.monotonic", lambda: self.now),
            ("time.process_time", lambda: 0.0),
            ("_machine_busy", lambda: 2 * self.now),
            ("_latest", lambda: 1),
            ("_tasks", lambda pid: (1, {"77": self.now / 10, "78": self.now / 10})),
        ):
            patched = mock.patch(f"judge.processor.{target}", what)
            patched.start()
            self.addCleanup(patched.stop)
        self.others = processor.Others(PID)

    def asked(self, passed):
        return [round(seconds, 6) for seconds in self.others.busy(passed)]

    def test_measures_between_its_own_readings(self):
        self.now += 0.1
        self.assertEqual(self.asked(0.1), [0.18, 0.01])
        # The check was at 0.2, but the reading came late; the next check follows at once.
        self.now += 0.23
        self.assertEqual(self.asked(0.1), [0.18, 0.01])
        self.now += 0.005
        self.assertEqual(self.asked(0.135), [0.243, 0.0135])

    def test_takes_one_processor_as_used_until_it_knows(self):
        self.now += 0.01
        self.assertEqual(self.asked(0.1), [0.1, 0.0])


if __name__ == "__main__":
    unittest.main()
