"""The agent's control groups, made in folders that look like what an engine shows a container."""

import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "..", "docker", "runner"))

from agent_groups import Hierarchy, find_hierarchies, make_group

MEMORY = 1 << 29


def write(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def read(path: str) -> str:
    with open(path, encoding="ascii") as file:
        return file.read()


class Found(unittest.TestCase):
    def found(self, groups, mounts):
        with tempfile.TemporaryDirectory() as folder:
            write(f"{folder}/cgroup", groups)
            write(f"{folder}/mountinfo", mounts)
            return find_hierarchies(folder)

    def test_those_of_the_first_version_that_show_the_containers_own_group(self):
        found = self.found(
            "7:freezer:/docker/a\n4:memory:/docker/a\n3:cpu,cpuacct:/docker/a\n2:pids:/docker/a\n0::/\n",
            "30 29 0:25 /docker/a /sys/fs/cgroup/memory ro,nosuid - cgroup cgroup rw,memory\n"
            "31 29 0:26 /docker/a /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n"
            "32 29 0:27 / /sys/fs/cgroup/pids ro - cgroup cgroup rw,pids\n"
            "33 29 0:28 /docker/a /sys/fs/cgroup/freezer ro - cgroup cgroup rw,freezer\n"
            "34 29 0:29 / /proc rw - proc proc rw\n",
        )
        self.assertEqual(
            found,
            [
                Hierarchy("/sys/fs/cgroup/memory", ["memory"], False),
                Hierarchy("/sys/fs/cgroup/cpu,cpuacct", ["cpu"], False),
            ],
        )

    def test_the_unified_one_where_it_shows_the_containers_own_group(self):
        mounts = "30 29 0:25 %s /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw\n"
        self.assertEqual(len(self.found("0::/\n", mounts % "/")), 1)
        self.assertTrue(self.found("0::/\n", mounts % "/")[0].is_unified)
        # The machine's whole tree is nothing to make groups in.
        self.assertEqual(self.found("0::/docker/a\n", mounts % "/"), [])


class Made(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.made = os.mkdir
        self.addCleanup(setattr, os, "mkdir", os.mkdir)

    def fill_new_groups_with(self, *names):
        """A group that the kernel makes has its files at once."""

        def mkdir(path, *arguments):
            self.made(path, *arguments)
            for name in names:
                write(f"{path}/{name}", "")

        os.mkdir = mkdir

    def test_of_the_first_version_has_the_limits_of_its_kind(self):
        self.fill_new_groups_with("cgroup.procs", "memory.limit_in_bytes")
        joined = make_group(Hierarchy(self.folder, ["memory"], False), MEMORY, 64)
        self.assertEqual(joined, f"{self.folder}/agent/cgroup.procs")
        self.assertEqual(read(f"{self.folder}/agent/memory.limit_in_bytes"), str(MEMORY))
        # This kernel does not account for swap.
        self.assertFalse(os.path.exists(f"{self.folder}/agent/memory.memsw.limit_in_bytes"))

    def test_of_the_unified_hierarchy_the_runner_leaves_the_container_first(self):
        write(f"{self.folder}/cgroup.controllers", "cpuset cpu io memory pids\n")
        self.fill_new_groups_with("cgroup.procs", "memory.max", "memory.swap.max", "pids.max")
        make_group(Hierarchy(self.folder, ["memory", "pids", "cpu"], True), MEMORY, 64)
        self.assertEqual(read(f"{self.folder}/runner/cgroup.procs"), "0")
        self.assertEqual(read(f"{self.folder}/cgroup.subtree_control"), "+cpu +memory +pids")
        limits = {name: read(f"{self.folder}/agent/{name}") for name in ("memory.max", "memory.swap.max", "pids.max")}
        self.assertEqual(limits, {"memory.max": str(MEMORY), "memory.swap.max": "0", "pids.max": "64"})

    def test_without_limits_has_none(self):
        self.fill_new_groups_with("cgroup.procs", "memory.limit_in_bytes", "pids.max")
        make_group(Hierarchy(self.folder, ["memory", "pids"], False), 0, 0)
        self.assertEqual(read(f"{self.folder}/agent/memory.limit_in_bytes"), "")
        self.assertEqual(read(f"{self.folder}/agent/pids.max"), "")


if __name__ == "__main__":
    unittest.main()
