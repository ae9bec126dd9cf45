"""The difference of a layer on overlays of other kinds."""

import os
import shutil
import subprocess
import sys
import unittest

from changes_case import ChangesCase, sha
from overlay_case import enter_private_mounts, in_user_namespace

import changes
import mounts

HERE = os.path.dirname(os.path.abspath(__file__))


def setUpModule():
    enter_private_mounts()


class OtherMounts(ChangesCase):
    def test_redirected_folders_are_followed(self):
        if in_user_namespace():
            self.skipTest("overlays of user namespaces have no redirects")
        self.mount(",redirect_dir=on")
        os.rename(self.at("data/deep"), self.at("data/renamed"))
        os.rename(self.at("data"), self.at("elsewhere"))
        self.write("elsewhere/renamed/four", "4")
        gone = ["", "/a", "/b", "/deep", "/deep/deeper", "/deep/deeper/three", "/deep/one", "/deep/two"]
        come = ["", "/a", "/b", "/renamed", "/renamed/deeper", "/renamed/deeper/three"]
        come += ["/renamed/four", "/renamed/one", "/renamed/two"]
        expected = [("deleted", f"/data{path}") for path in gone] + [("added", f"/elsewhere{path}") for path in come]
        self.assertEqual(self.told(), expected)
        self.assertEqual(self.diff()[-1]["sha256"], sha("2"))

    def test_whiteouts_by_attribute(self):
        self.make(self.upper, {"data/a": "", "data/b": ""})
        space = "user" if in_user_namespace() else "trusted"
        self.mount()
        os.setxattr(os.path.join(self.upper, "data"), f"{space}.overlay.opaque", b"x")
        os.setxattr(os.path.join(self.upper, "data/a"), f"{space}.overlay.whiteout", b"")
        self.assertEqual(self.told(), [("deleted", "/data/a"), ("modified", "/data/b")])

    def test_a_second_root_over_a_folder_of_the_first(self):
        self.make(self.lower, {"usr/shadowed": "never seen"})
        folders = {name: os.path.join(self.folder, f"usr-{name}") for name in ("lower", "upper", "work")}
        for folder in folders.values():
            os.mkdir(folder)
        self.make(folders["lower"], {"bin/tool": "tool", "bin/other": "other"})
        self.mount()
        options = ",".join(f"{name}dir={folder}" for name, folder in folders.items())
        options += ",userxattr" if in_user_namespace() else ""
        mounts.mount("overlay", self.at("usr"), "overlay", 0, options)
        self.addCleanup(mounts.unmount, self.at("usr"))
        roots = [("/", self.lower, self.upper), ("/usr", folders["lower"], folders["upper"])]
        baseline = changes.mark(roots)
        self.write("usr/bin/tool", "replaced")
        os.unlink(self.at("usr/bin/other"))
        self.write("zz", "last")
        for since in (None, baseline):
            told = [(change["kind"], change["path"]) for change in changes.diff(roots, since)["changes"]]
            self.assertEqual(told, [("deleted", "/usr/bin/other"), ("modified", "/usr/bin/tool"), ("added", "/zz")])

    def test_mounts_over_the_lower_are_not_taken_for_the_pristine_files(self):
        if in_user_namespace():
            self.skipTest("user namespaces cannot look below mounts")
        covered = os.path.join(self.lower, "empty")
        mounts.mount("cover", covered, "tmpfs")
        self.addCleanup(mounts.unmount, covered)
        self.make(covered, {"of": "the host"})
        self.mount()
        shutil.rmtree(self.at("empty"))
        self.assertEqual(self.told(), [("deleted", "/empty")])


@unittest.skipIf(in_user_namespace(), "already in one")
class InAUserNamespace(unittest.TestCase):
    def test_differences_are_the_same_there(self):
        command = ["unshare", "--user", "--map-root-user", "--mount"]
        if subprocess.run([*command, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("no user namespaces here")
        tests = ["test_changes.Differences", "test_marks.SinceAMark", "test_overlays.OtherMounts"]
        done = subprocess.run(
            [*command, sys.executable, "-B", "-m", "unittest", *tests], cwd=HERE, capture_output=True, text=True, check=False
        )
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
