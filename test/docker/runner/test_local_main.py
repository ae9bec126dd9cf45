"""Which Python runs the runner of a local container."""

import json
import os
import subprocess
import tempfile
import unittest

import overlay_case

_FOLDER = os.path.dirname(os.path.abspath(overlay_case.mounts.__file__))
_PROGRAM = """
sys.path[:0] = [sys.argv[1]]
sys.path += sys.argv[2:]
import local_main
local_main.main()
"""
_RUNNER = "def main(): print('here', flush=True)\n"


class LocalMain(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = os.path.join(folder.name, "root")
        self.staging = os.path.join(folder.name, "staging")
        self.elsewhere = os.path.join(folder.name, "elsewhere")
        for place in (self.staging, self.elsewhere):
            os.mkdir(place)
        for name in ("dev", "opt", "proc", "sys", "usr"):
            os.makedirs(os.path.join(self.root, name))
        self.shared = {"/usr": "/usr"}
        for name in ("bin", "lib", "lib64"):
            if os.path.islink(f"/{name}"):
                os.symlink(os.readlink(f"/{name}"), f"{self.root}/{name}")
            elif os.path.isdir(f"/{name}"):
                os.mkdir(f"{self.root}/{name}")
                self.shared[f"/{name}"] = f"/{name}"
        with open(os.path.join(self.root, "runner.py"), "w", encoding="ascii") as file:
            file.write(_RUNNER)

    def said(self, is_runner, places=()):
        """What a container's program says; the runner is in its root, and `places` are among those of Python's modules."""
        plan = {
            "staging": self.staging,
            "root": self.root,
            "writable": False,
            "shared": self.shared,
            "folders": [],
            "mounted": {},
            "groups": [],
            "group_folders": {},
            "address_space": 0,
            "processes": 0,
            "is_root": os.geteuid() == 0,
            "is_runner": is_runner,
            "argv": ["sh", "-c", "echo another", "/"],
            "env": {"PATH": os.defpath},
        }
        command = ["/usr/bin/python3", "-I", "-S", "-B", "-c", _PROGRAM, _FOLDER, *places]
        done = subprocess.run(command, input=json.dumps(plan), capture_output=True, text=True, timeout=60, check=False)
        return done.stdout + done.stderr

    def test_the_maker_becomes_the_runner_if_its_modules_are_there(self):
        if self.said(is_runner=False) != "another\n":
            raise unittest.SkipTest("needs namespaces")
        self.assertEqual(self.said(is_runner=True), "here\n")
        self.assertEqual(self.said(is_runner=True, places=[self.elsewhere]), "another\n")


if __name__ == "__main__":
    unittest.main()
