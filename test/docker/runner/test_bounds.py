"""What exceeds a bound is told as such, and never a fault."""

import os
import shutil
import unittest
from unittest import mock

from changes_case import ChangesCase
from overlay_case import enter_private_mounts

import budget
import changes
from budget import Bounds
from checksums import checksums
from request_error import RequestError


def setUpModule():
    enter_private_mounts()


class BoundsOfADifference(ChangesCase):
    def setUp(self):
        super().setUp()
        self.mount()

    def deep(self, depth, name):
        here = os.open(".", os.O_RDONLY)
        try:
            os.chdir(self.merged)
            for _ in range(depth):
                os.mkdir(name)
                os.chdir(name)
        finally:
            os.fchdir(here)
            os.close(here)

    def test_files(self):
        for number in range(20):
            self.write(f"data/{number:02}", "")
        # Each is looked at in the upper directory, and once more beside the lower one; so is their folder.
        self.assertEqual(len(self.diff(files=42)), 20)
        found = self.look(files=41)
        self.assertEqual(found["exceeded"], "files")
        self.assertEqual(len(found["changes"]), 19)

    def test_deletions_count_as_files_that_are_looked_at(self):
        shutil.rmtree(self.at("data"))
        found = self.look(files=5)
        self.assertEqual(found["exceeded"], "files")
        self.assertEqual({change["kind"] for change in found["changes"]}, {"deleted"})

    def test_bytes_of_the_reply(self):
        for number in range(20):
            self.write("data/" + f"{number:02}" * 100, "")
        self.assertEqual(self.look(reply=4000)["exceeded"], "bytes")
        self.assertLess(len(self.look(reply=4000)["changes"]), 7)
        self.assertIsNone(self.look(reply=20_000)["exceeded"])

    def test_what_json_makes_longer_counts_as_it_is_sent(self):
        with open(os.fsencode(self.merged) + b"/" + b"\xff" * 250, "wb"):
            pass
        self.assertEqual(self.look(reply=1500)["exceeded"], "bytes")
        self.assertIsNone(self.look(reply=1910)["exceeded"])

    def test_processor_time_but_not_time_that_passes(self):
        for number in range(200):
            self.write(f"data/{number:03}", "x")
        with mock.patch.object(budget.time, "process_time", side_effect=[0.0] + [11.0] * 500):
            self.assertEqual(self.look(seconds=10)["exceeded"], "time")
        with mock.patch.object(budget.time, "monotonic", side_effect=AssertionError):
            self.assertIsNone(self.look(seconds=10)["exceeded"])

    def test_processor_time_of_large_contents(self):
        with open(self.at("data/a"), "wb") as file:
            file.truncate(1 << 40)
        with mock.patch.object(budget.time, "process_time", side_effect=[0.0] + [11.0] * 500):
            self.assertEqual(self.look(seconds=10)["exceeded"], "time")

    def test_a_file_that_is_not_read_wholly_exceeds_the_bound_of_time(self):
        with open(self.at("large"), "wb") as file:
            file.writelines(b"x" * (1 << 20) for _ in range(40))
        # Time enough for a part of it.
        for spent in (10, 30):
            with mock.patch.object(budget.time, "process_time", side_effect=[0.0] * spent + [11.0] * 5000):
                self.assertEqual(self.look(seconds=10)["exceeded"], "time")
        self.assertIsNone(self.look()["exceeded"])

    def test_links_count_as_bytes_of_the_reply(self):
        self.write("first" * 40, "x")
        for number in range(10):
            os.link(self.at("first" * 40), self.at(f"hard{number}"))
        self.assertEqual(self.look(reply=5500)["exceeded"], "bytes")
        self.assertIsNone(self.look(reply=8000)["exceeded"])

    def test_long_names_at_any_depth_need_no_room(self):
        self.deep(2500, "n" * 250)
        found = self.look()
        self.assertEqual(found["exceeded"], "bytes")
        self.assertLess(len(found["changes"]), 1000)

    def test_more_extended_attributes_than_a_list_of_them_holds(self):
        os.mkdir(self.at("data/new"))
        for folder in ("data", "data/new"):
            for number in range(400):
                os.setxattr(self.at(folder), "user." + f"{number:03}" * 80, b"")
        self.assertEqual(self.told(), [("attributes_changed", "/data"), ("added", "/data/new")])

    def test_a_start_state_beyond_a_bound_is_refused(self):
        for number in range(5):
            self.write(f"data/{number}", "")
        with self.assertRaises(RequestError) as caught:
            changes.mark([("/", self.lower, self.upper)], bounds=Bounds(files=3))
        self.assertEqual(caught.exception.code, "file_too_large")


class Checksums(ChangesCase):
    def setUp(self):
        super().setUp()
        self.mount()

    def sums(self, *paths, recursive=True, **bounds):
        asked = [{"path": path, "recursive": recursive} for path in paths]
        return checksums(self.merged, asked, Bounds(**bounds))

    def sum(self, path, **options):
        [found] = self.sums(path, **options)["sums"]
        self.assertIsNotNone(found)
        return found

    def test_a_folder_is_all_that_is_below_it(self):
        before = self.sum("data")
        self.assertEqual(self.sum("data"), before)
        self.write("data/deep/deeper/three", "4")
        self.assertNotEqual(self.sum("data"), before)
        self.write("data/deep/deeper/three", "3")
        self.assertEqual(self.sum("data"), before)
        self.write("data/deep/deeper/four", "")
        self.assertNotEqual(self.sum("data"), before)

    def test_md5sum_says_the_same_of_every_folder_and_of_what_is_missing(self):
        self.assertEqual(len({self.sum(path, recursive=False) for path in ("data", "nowhere", "data/a")}), 3)
        before = self.sum("data", recursive=False)
        self.write("data/a", "other")
        self.assertEqual(self.sum("data", recursive=False), before)

    def test_absolute_links_lead_to_the_agents_own_files(self):
        os.symlink("/data/deep", self.at("short"))
        before = self.sum("short")
        self.write("data/deep/one", "changed")
        self.assertNotEqual(self.sum("short"), before)

    def test_links_in_a_circle_are_told_and_not_followed(self):
        os.symlink("/data/deep", self.at("short"))
        before = self.sum("short")
        os.symlink("/data/deep", self.at("data/deep/deep"))
        self.assertNotEqual(self.sum("short"), before)
        os.unlink(self.at("data/deep/deep"))
        os.symlink("/data", self.at("data/deep/deep"))
        self.assertNotEqual(self.sum("data"), before)

    def test_links_to_files_are_their_contents_and_broken_ones_an_error(self):
        os.symlink("/data/a", self.at("file"))
        before = self.sum("file", recursive=False)
        self.write("data/a", "new")
        self.assertNotEqual(self.sum("file", recursive=False), before)
        os.unlink(self.at("data/a"))
        self.assertNotEqual(self.sum("file", recursive=False), before)

    def test_fifos_are_not_waited_for(self):
        os.mkfifo(self.at("data/pipe"))
        self.sum("data")
        self.sum("data/pipe", recursive=False)

    def test_names_that_are_not_utf8_and_paths_of_any_length(self):
        with open(os.fsencode(self.merged) + b"/bad\xff", "wb"):
            pass
        self.assertNotEqual(self.sum("bad\udcff"), self.sum("bad"))
        self.sum("x" * 10_000)
        self.sum("a/" * 10_000)
        self.sum("nul\0", recursive=False)

    def test_links_that_fan_out_end_at_a_bound(self):
        for number in range(40):
            os.mkdir(self.at(f"fan{number}"))
            for name in "ab":
                os.symlink(f"/fan{number + 1}", self.at(f"fan{number}/{name}"))
        found = self.sums("data/a", "fan0", "data/b", files=2000)
        self.assertEqual(found["exceeded"], "files")
        self.assertEqual([one is None for one in found["sums"]], [False, True, True])

    def test_a_request_that_is_none(self):
        for paths in (None, [{}], [{"path": 1, "recursive": True}]):
            with self.assertRaises(RequestError) as caught:
                checksums(self.merged, paths)
            self.assertEqual(caught.exception.code, "bad_request")


if __name__ == "__main__":
    unittest.main()
