"""What is seen of stopped processes, and how much time those can cost that do not come to rest or start others."""

import os
import sys
import unittest
from unittest import mock

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "..", "docker", "runner"))

import agent_processes
from agent_processes import AgentProcesses, Task

NOBODY = 1 << 30


class Restless(AgentProcesses):
    """Comes to rest after so many looks each time, and has another process then."""

    def __init__(self, looks: int) -> None:
        super().__init__(1, 2, lambda number: None, lambda: ())
        self._needed = looks
        self.looks = self.rests = 0

    def _tasks(self):
        self.looks += 1
        if self._rest is None and self.looks % self._needed != 0:
            return {(NOBODY, NOBODY): Task("R", self.looks)}, True
        return {(NOBODY, NOBODY): Task("T", 1)}, True

    def _since(self, ticks: int):
        self.rests += 1
        return [NOBODY]

    def _stop(self, pids) -> None:
        pass


class CostOfAnEnd(unittest.TestCase):
    def looks(self, needed: int) -> Restless:
        processes = Restless(needed)
        self.addCleanup(processes.close)
        with mock.patch.object(agent_processes.time, "sleep"), mock.patch.object(agent_processes, "_BUDGET_S", 1e9):
            self.assertFalse(processes.end_since(0))
        return processes

    def test_those_that_come_to_rest_late_each_time_have_one_budget_in_all(self):
        processes = self.looks(1000)
        self.assertGreater(processes.rests, 1)
        self.assertLessEqual(processes.looks, 2 * agent_processes._ROUNDS + 100)

    def test_those_that_never_rest_cost_no_more(self):
        self.assertLessEqual(self.looks(1 << 40).looks, 2 * agent_processes._ROUNDS + 100)

    def test_those_that_rest_at_once_are_killed_again_and_again(self):
        self.assertEqual(self.looks(1).rests, agent_processes._KILLS)


class Disturbed(Restless):
    """Runs between any two looks, although it is stopped at each."""

    def _tasks(self):
        self.looks += 1
        return {(NOBODY, NOBODY): Task("T", self.looks)}, True


class LookAtStoppedProcesses(unittest.TestCase):
    def seen(self, processes: Restless):
        self.addCleanup(processes.close)
        with mock.patch.object(agent_processes.time, "sleep"):
            return processes.while_stopped(lambda: processes.at_rest)

    def test_counts_if_none_of_them_ran(self):
        processes = Restless(2)
        self.assertIs(self.seen(processes), True)
        self.assertFalse(processes.at_rest)

    def test_does_not_count_if_one_ran_meanwhile(self):
        processes = Disturbed(1)
        self.assertIsNone(self.seen(processes))
        self.assertFalse(processes.at_rest)

    def test_is_not_made_if_they_do_not_stop(self):
        processes = Restless(1 << 40)
        self.assertIsNone(self.seen(processes))
        self.assertFalse(processes.at_rest)

    def test_leaves_those_at_rest_that_were_before(self):
        processes = Restless(1)
        self.assertTrue(processes.halt())
        self.assertIs(self.seen(processes), True)
        self.assertTrue(processes.at_rest)


if __name__ == "__main__":
    unittest.main()
