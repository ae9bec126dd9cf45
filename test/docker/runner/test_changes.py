"""The difference of a layer, on real overlays."""

import os
import shutil
import socket
import stat
import struct
import subprocess
import unittest

from changes_case import ChangesCase, sha
from overlay_case import enter_private_mounts, in_user_namespace


def setUpModule():
    enter_private_mounts()


class Differences(ChangesCase):
    def setUp(self):
        super().setUp()
        self.mount()

    def test_an_untouched_layer_has_none(self):
        self.assertEqual(self.diff(), [])
        self.mark()
        self.assertEqual(self.diff(), [])

    def test_added_modified_and_deleted_files_are_described(self):
        self.write("new", "fresh")
        self.write("data/a", "other")
        os.chmod(self.at("data/a"), 0o600)
        os.unlink(self.at("data/b"))
        os.mkfifo(self.at("pipe"), 0o622)
        os.symlink("data/b", self.at("link2"))
        mode = stat.S_IMODE(os.stat(os.path.join(self.lower, "data/b")).st_mode)
        new_mode = stat.S_IMODE(os.stat(self.at("new")).st_mode)
        keys = ("path", "kind", "type", "mode", "size", "sha256")
        rest = {"uid": os.getuid(), "gid": os.getgid(), "device": None, "attributes": None, "link": None}
        expected = [
            ("/data/a", "modified", "file", 0o600, 5, sha("other")),
            ("/data/b", "deleted", "file", mode, 4, None),
            ("/link2", "added", "symlink", 0o777, 0, sha("data/b")),
            ("/new", "added", "file", new_mode, 5, sha("fresh")),
            ("/pipe", "added", "fifo", stat.S_IMODE(os.lstat(self.at("pipe")).st_mode), 0, None),
        ]
        self.assertEqual(self.diff(), [{**dict(zip(keys, values)), **rest} for values in expected])

    def test_what_was_changed_and_put_back_is_no_change(self):
        os.utime(self.at("data/a"), (1, 1))
        os.chmod(self.at("data/b"), 0o700)
        os.chmod(self.at("data/b"), stat.S_IMODE(os.stat(os.path.join(self.lower, "data/b")).st_mode))
        self.write("data/deep/one", "something else")
        self.write("data/deep/one", "1")
        os.unlink(self.at("link"))
        os.symlink("data/a", self.at("link"))
        shutil.rmtree(self.at("empty"))
        os.mkdir(self.at("empty"))
        self.write("passing", "by")
        os.unlink(self.at("passing"))
        self.assertEqual(self.diff(), [])

    def test_modes_and_owners_of_files_and_folders(self):
        os.chmod(self.at("data"), 0o700)
        os.chmod(self.at("data/a"), 0o4755)
        if not in_user_namespace():
            os.chown(self.at("data/b"), 1234, 0)
            os.chown(self.at("link"), 0, 99, follow_symlinks=False)
        else:
            os.chmod(self.at("data/b"), 0o711)
            os.unlink(self.at("link"))
        kinds = {path: kind for kind, path in self.told()}
        self.assertEqual([kinds.pop(path) for path in ("/data", "/data/a", "/data/b")], ["mode_changed"] * 3)
        self.assertEqual(list(kinds), ["/link"])
        self.assertEqual(self.diff()[1]["sha256"], sha("alpha"))
        self.assertEqual(self.diff()[1]["mode"], 0o4755)

    def test_owners_are_told(self):
        if in_user_namespace():
            self.skipTest("there is but one owner")
        os.chown(self.at("data/a"), 1234, 0)
        os.chown(self.at("data/b"), 0, 99)
        self.write("new", "")
        os.chown(self.at("new"), 5, 6)
        found = [(change["kind"], change["uid"], change["gid"]) for change in self.diff()]
        self.assertEqual(found, [("mode_changed", 1234, 0), ("mode_changed", 0, 99), ("added", 5, 6)])

    def test_devices_are_told_by_kind_and_numbers(self):
        try:
            os.mknod(self.at("null"), 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        except PermissionError:
            self.skipTest("no right to make devices")
        os.mknod(self.at("zero"), 0o666 | stat.S_IFCHR, os.makedev(1, 5))
        os.mknod(self.at("ram"), 0o666 | stat.S_IFBLK, os.makedev(1, 3))
        self.assertEqual([change["device"] for change in self.diff()], ["c 1:3", "b 1:3", "c 1:5"])
        self.mark()
        os.unlink(self.at("null"))
        os.mknod(self.at("null"), 0o666 | stat.S_IFBLK, os.makedev(1, 3))
        self.assertEqual(self.told(), [("modified", "/null")])

    def set_attribute(self, path, name, value):
        try:
            os.setxattr(self.at(path), name, value)
        except OSError as error:
            self.skipTest(f"no such attributes here: {error}")

    def test_extended_attributes(self):
        self.set_attribute("data/a", "user.color", b"red")
        self.set_attribute("data/deep", "user.color", b"red")
        self.write("new", "")
        found = self.diff()
        kinds = [("attributes_changed", "/data/a"), ("attributes_changed", "/data/deep"), ("added", "/new")]
        self.assertEqual([(change["kind"], change["path"]) for change in found], kinds)
        self.assertEqual(found[0]["attributes"], found[1]["attributes"])
        self.assertIsNone(found[2]["attributes"])
        self.set_attribute("data/a", "user.color", b"blue")
        self.assertNotEqual(self.diff()[0]["attributes"], found[0]["attributes"])
        self.mark()
        os.removexattr(self.at("data/a"), "user.color")
        self.set_attribute(".", "user.color", b"red")
        self.assertEqual(self.told(), [("attributes_changed", "/"), ("attributes_changed", "/data/a")])

    def test_extended_attributes_of_the_image_are_no_change(self):
        try:
            os.setxattr(os.path.join(self.lower, "data/a"), "user.color", b"red")
        except OSError as error:
            self.skipTest(f"no such attributes here: {error}")
        os.chmod(self.at("data/a"), 0o600)
        os.chmod(self.at("data/a"), stat.S_IMODE(os.stat(os.path.join(self.lower, "data/a")).st_mode))
        self.assertEqual(self.diff(), [])
        os.removexattr(self.at("data/a"), "user.color")
        self.assertEqual(self.told(), [("attributes_changed", "/data/a")])

    def test_access_control_lists(self):
        # Version 2; what the owner, user 0, the group, the mask and others may do.
        entries = ((1, 6, -1), (2, 7, 0), (4, 4, -1), (16, 7, -1), (32, 4, -1))
        value = struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in entries)
        before = os.stat(self.at("data/a")).st_mode
        self.set_attribute("data/a", "system.posix_acl_access", value)
        os.chmod(self.at("data/a"), stat.S_IMODE(before))
        [change] = self.diff()
        self.assertEqual((change["kind"], change["path"]), ("attributes_changed", "/data/a"))
        self.assertIsNotNone(change["attributes"])

    def test_a_deleted_folder_is_told_file_by_file(self):
        shutil.rmtree(self.at("data/deep"))
        below = ["", "/deeper", "/deeper/three", "/one", "/two"]
        self.assertEqual(self.told(), [("deleted", f"/data/deep{path}") for path in below])

    def test_a_folder_made_again_hides_what_it_held(self):
        shutil.rmtree(self.at("data/deep"))
        os.mkdir(self.at("data/deep"))
        self.write("data/deep/two", "2")
        self.write("data/deep/four", "4")
        expected = [("deleted", "deeper"), ("deleted", "deeper/three"), ("added", "four"), ("deleted", "one")]
        self.assertEqual(self.told(), [(kind, f"/data/deep/{path}") for kind, path in expected])

    def test_types_change_both_ways(self):
        shutil.rmtree(self.at("data/deep"))
        self.write("data/deep", "now a file")
        os.unlink(self.at("data/a"))
        os.mkdir(self.at("data/a"))
        self.write("data/a/x", "x")
        os.unlink(self.at("link"))
        os.mkfifo(self.at("link"))
        expected = [
            ("type_changed", "/data/a"),
            ("added", "/data/a/x"),
            ("type_changed", "/data/deep"),
            ("deleted", "/data/deep/deeper"),
            ("deleted", "/data/deep/deeper/three"),
            ("deleted", "/data/deep/one"),
            ("deleted", "/data/deep/two"),
            ("type_changed", "/link"),
        ]
        self.assertEqual(self.told(), expected)

    def test_a_moved_folder_is_deleted_and_added(self):
        subprocess.run(["mv", self.at("data/deep"), self.at("moved")], check=True)
        below = ["", "/deeper", "/deeper/three", "/one", "/two"]
        gone = [("deleted", f"/data/deep{path}") for path in below]
        come = [("added", f"/moved{path}") for path in below]
        self.assertEqual(self.told(), gone + come)
        self.assertEqual(self.diff()[-1]["sha256"], sha("2"))

    def test_a_links_target(self):
        os.unlink(self.at("link"))
        os.symlink("/etc/shadow", self.at("link"))
        self.assertEqual(self.told(), [("modified", "/link")])
        self.assertEqual(self.diff()[0]["sha256"], sha("/etc/shadow"))

    def test_hard_links_are_files_of_their_own(self):
        os.link(self.at("data/a"), self.at("hard"))
        self.assertEqual(self.told(), [("added", "/hard")])
        self.assertEqual(self.diff()[0]["sha256"], sha("alpha"))

    def test_hard_links_are_told_by_the_first_name_of_the_file(self):
        os.link(self.at("data/a"), self.at("hard"))
        shutil.copyfile(self.at("data/a"), self.at("copy"))
        self.write("other", "x")
        os.link(self.at("other"), self.at("data/deep/other"))
        os.link(self.at("other"), self.at("gone"))
        os.unlink(self.at("gone"))
        links = {change["path"]: change["link"] for change in self.diff()}
        expected = {"/copy": None, "/data/deep/other": "/data/deep/other", "/hard": "/data/a", "/other": "/data/deep/other"}
        self.assertEqual(links, expected)

    def test_sockets_and_fifos_are_never_opened(self):
        here = os.getcwd()
        os.chdir(self.merged)
        try:
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind("socket")
        finally:
            os.chdir(here)
        os.mkfifo(self.at("fifo"))
        self.assertEqual([change["type"] for change in self.diff()], ["fifo", "socket"])

    def test_names_that_are_not_utf8(self):
        with open(os.fsencode(self.merged) + b"/bad\xff", "wb"):
            pass
        self.assertEqual(self.told(), [("added", "/bad\udcff")])

    def test_hidden_paths_do_not_show(self):
        self.make(self.merged, {"opt/stepwell/x": "x", "opt/stepwell2": "y", "proc/z": "z", "dev/null": "n"})
        self.assertEqual(self.told(), [("added", "/opt"), ("added", "/opt/stepwell2")])
        self.mark()
        self.make(self.merged, {"opt/stepwell/x2": "x", "sys/z": "z"})
        self.assertEqual(self.told(), [])

    def test_symbolic_links_lead_nowhere(self):
        shutil.rmtree(self.at("empty"))
        os.symlink("/", self.at("empty"))
        os.symlink("/etc", self.at("etc2"))
        self.assertEqual(self.told(), [("type_changed", "/empty"), ("added", "/etc2")])

    def test_a_very_deep_tree(self):
        depth = 3000
        here = os.open(".", os.O_RDONLY)
        try:
            os.chdir(self.merged)
            for _ in range(depth):
                os.mkdir("d")
                os.chdir("d")
            with open("bottom", "w", encoding="utf-8") as file:
                file.write("deep")
        finally:
            os.fchdir(here)
            os.close(here)
        found = self.diff()
        self.assertEqual(len(found), depth + 1)
        self.assertEqual((found[-1]["path"], found[-1]["sha256"]), ("/d" * depth + "/bottom", sha("deep")))
        subprocess.run(["rm", "-rf", self.at("d")], check=True)
        self.assertEqual(self.diff(), [])

    def test_a_huge_sparse_file_is_known_by_all_of_its_data(self):
        def sparse(path, marks):
            with open(path, "wb") as file:
                file.truncate(1 << 40)
                for offset in marks:
                    file.seek(offset)
                    file.write(b"x")

        sparse(self.at("huge"), [])
        sparse(self.at("head"), [5])
        sparse(self.at("tail"), [(1 << 40) - 5])
        sparse(self.at("middle"), [1 << 39])
        sparse(self.at("later"), [(1 << 39) + 1])
        found = {change["path"]: change for change in self.diff()}
        self.assertEqual(found["/huge"]["size"], 1 << 40)
        self.assertEqual(len({change["sha256"] for change in found.values()}), 5)

    def test_forged_attributes_of_the_agent_mean_nothing(self):
        if in_user_namespace():
            self.skipTest("there the kernel itself keeps the agent from setting them")
        try:
            os.setxattr(self.at("data/deep"), "user.overlay.opaque", b"y")
            os.setxattr(self.at("data"), "user.overlay.redirect", b"/empty")
        except OSError:
            self.skipTest("no user attributes on this kernel's tmpfs")
        self.assertEqual(self.diff(), [])


if __name__ == "__main__":
    unittest.main()
