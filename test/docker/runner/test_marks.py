"""The difference of a layer since a mark."""

import os
import shutil
import unittest

from changes_case import ChangesCase
from overlay_case import enter_private_mounts

import changes
import content


def setUpModule():
    enter_private_mounts()


class SinceAMark(ChangesCase):
    def setUp(self):
        super().setUp()
        self.mount()
        self.make(self.merged, {"task/in": "input", "task/keep": "kept", "task/sub/x": "x", "data/a": "placed"})
        shutil.rmtree(self.at("data/deep"))
        self.mark()

    def test_what_was_there_at_the_mark_is_no_change(self):
        self.assertEqual(self.diff(), [])

    def test_changes_of_placed_files(self):
        self.write("task/in", "INPUT")
        os.unlink(self.at("task/keep"))
        self.write("data/a", "alpha")
        self.write("task/out", "result")
        expected = [("modified", "/data/a"), ("modified", "/task/in")]
        expected += [("deleted", "/task/keep"), ("added", "/task/out")]
        self.assertEqual(self.told(), expected)

    def test_touched_or_rewritten_alike_is_no_change(self):
        os.utime(self.at("task/in"), (1, 1))
        os.unlink(self.at("task/keep"))
        self.write("task/keep", "kept")
        self.assertEqual(self.diff(), [])

    def test_deleted_folders_and_files_that_hid_the_lowers(self):
        shutil.rmtree(self.at("task"))
        os.unlink(self.at("data/a"))
        paths = ["/data/a", "/task", "/task/in", "/task/keep", "/task/sub", "/task/sub/x"]
        self.assertEqual(self.told(), [("deleted", path) for path in paths])

    def test_what_the_mark_saw_deleted_and_is_back_was_added(self):
        self.make(self.merged, {"data/deep/one": "1"})
        self.assertEqual(self.told(), [("added", "/data/deep"), ("added", "/data/deep/one")])

    def test_modes_of_placed_files_and_of_the_root(self):
        os.chmod(self.at("task/sub"), 0o700)
        os.chmod(self.merged, 0o711)
        self.assertEqual(self.told(), [("mode_changed", "/"), ("mode_changed", "/task/sub")])

    def test_a_change_within_the_marks_own_clock_tick_is_seen(self):
        for number in range(50):
            self.write("task/in", f"{number:05}")
            self.mark()
            with open(self.at("task/in"), "r+", encoding="utf-8") as file:
                file.write("*")
            self.assertEqual(self.told(), [("modified", "/task/in")])

    def test_a_settled_file_is_not_read_again(self):
        settled = changes.Baseline(self.baseline.snapshots, self.baseline.taken + 10**18)
        read = []
        original = content.Contents._read
        content.Contents._read = lambda *arguments: read.append(arguments) or original(*arguments)
        self.addCleanup(setattr, content.Contents, "_read", original)
        self.assertEqual(changes.diff([("/", self.lower, self.upper)], settled)["changes"], [])
        self.assertEqual(read, [])
        self.write("task/in", "input")
        self.assertEqual(changes.diff([("/", self.lower, self.upper)], settled)["changes"], [])
        self.assertEqual(len(read), 1)


if __name__ == "__main__":
    unittest.main()
