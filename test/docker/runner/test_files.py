"""Files put into, got from and listed in a layer, with an agent that sets traps."""

import os
import socket
import stat
import unittest
from unittest import mock

from overlay_case import OverlayCase, enter_private_mounts

import enclosure
import files
import mounts
from request_error import RequestError


def setUpModule():
    enter_private_mounts()


class FilesCase(OverlayCase):
    def setUp(self):
        super().setUp()
        self.make(self.lower, {"etc/passwd": "inside", "data/a": "alpha", "data/sub": None, "bin": "-> data"})
        self.mount()
        # What must never be read or written: a file of the host, next to the layer.
        self.outside = os.path.join(self.folder, "outside")
        self.write(self.outside, "secret")

    def tearDown(self):
        self.assertEqual(self.read(self.outside), "secret")

    def at(self, path):
        return self.merged + path

    def write(self, path, text):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def read(self, path):
        with open(path, encoding="utf-8") as file:
            return file.read()

    def put(self, *entries):
        """Entries as dicts; `content` in place of `length`."""
        payload = b""
        plain = []
        for given in entries:
            entry = {"type": "file", **given}
            content = entry.pop("content", b"")
            if entry["type"] == "file":
                entry["length"] = len(content)
            plain.append(entry)
            payload += content
        files.put(self.merged, plain, memoryview(payload))

    def get(self, path, max_bytes=1 << 20):
        return files.get(self.merged, path, max_bytes)

    def refused(self, code, work, *arguments):
        with self.assertRaises(RequestError) as caught:
            work(*arguments)
        self.assertEqual(caught.exception.code, code, caught.exception.message)
        return caught.exception.message


class Put(FilesCase):
    def test_files_folders_and_links_with_modes_and_times(self):
        old = os.umask(0o077)
        self.addCleanup(os.umask, old)
        self.put(
            {"path": "/w", "type": "directory", "mode": 0o1777, "mtime": 1000},
            {"path": "/w/one", "content": b"1" * 70000, "mtime": 1234.5},
            {"path": "/w/new/parents/two", "content": b"\0\xff", "mode": 0o4750},
            {"path": "/w/link", "type": "symlink", "target": "one", "mtime": 99},
            {"path": "/w/plain", "type": "directory"},
        )
        names = ("", "one", "new/parents/two", "link", "plain", "new")
        found = {name: os.lstat(self.at(f"/w/{name}")) for name in names}
        modes = {name: stat.S_IMODE(status.st_mode) for name, status in found.items() if name != "link"}
        self.assertEqual(modes, {"": 0o1777, "one": 0o644, "new/parents/two": 0o4750, "plain": 0o755, "new": 0o755})
        self.assertEqual((found[""].st_mtime, found["one"].st_mtime, found["link"].st_mtime), (1000, 1234.5, 99))
        self.assertEqual(os.readlink(self.at("/w/link")), "one")
        self.assertEqual(self.get("/w/link"), b"1" * 70000)
        self.assertEqual(self.get("/w/new/parents/two"), b"\0\xff")

    def test_the_lower_stays_as_it_is(self):
        self.put({"path": "/etc/passwd", "content": b"changed"})
        self.assertEqual(self.get("/etc/passwd"), b"changed")
        self.assertEqual(self.read(os.path.join(self.lower, "etc/passwd")), "inside")

    def test_a_planted_link_is_replaced_and_not_written_through(self):
        for target in (self.outside, "../../../../.." + self.outside, "/data/a", "/proc/self/root" + self.outside):
            os.symlink(target, self.at("/trap"))
            self.put({"path": "/trap", "content": b"mine"})
            self.assertTrue(stat.S_ISREG(os.lstat(self.at("/trap")).st_mode))
            os.unlink(self.at("/trap"))
        self.assertEqual(self.get("/data/a"), b"alpha")

    def test_a_hard_link_is_not_written_through(self):
        os.link(self.at("/data/a"), self.at("/data/b"))
        self.put({"path": "/data/b", "content": b"mine"})
        self.assertEqual((self.get("/data/a"), self.get("/data/b")), (b"alpha", b"mine"))

    def test_a_fifo_and_a_socket_give_way(self):
        os.mkfifo(self.at("/data/fifo"))
        here = os.getcwd()
        os.chdir(self.at("/data"))
        try:
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind("socket")
        finally:
            os.chdir(here)
        for name in ("fifo", "socket"):
            self.put({"path": f"/data/{name}", "content": b"mine"})
            self.assertEqual(self.get(f"/data/{name}"), b"mine")

    def test_linked_parents_resolve_inside(self):
        self.put({"path": "/bin/tool", "content": b"tool"})
        self.assertEqual(self.read(self.at("/data/tool")), "tool")
        outside = os.path.join(self.folder, "folder")
        os.mkdir(outside)
        os.symlink(outside, self.at("/absolute"))
        os.symlink("../../../.." + outside, self.at("/upwards"))
        for trap in ("/absolute", "/upwards"):
            self.refused("path_refused", self.put, {"path": f"{trap}/file", "content": b"x"})
        self.put({"path": outside, "type": "directory"}, {"path": "/absolute/file", "content": b"x"})
        self.assertEqual(os.listdir(outside), [])
        self.assertEqual(self.get(outside + "/file"), b"x")

    def test_an_existing_folder_keeps_its_files_and_its_mode(self):
        os.chmod(self.at("/data"), 0o1777)
        self.put({"path": "/data", "type": "directory"}, {"path": "/bin", "type": "directory", "mode": 0o700})
        self.assertEqual(stat.S_IMODE(os.stat(self.at("/data")).st_mode), 0o1777)
        self.assertEqual(os.readlink(self.at("/bin")), "data")
        self.assertEqual(self.get("/data/a"), b"alpha")

    def test_a_folder_gives_way_to_nothing(self):
        self.refused("path_refused", self.put, {"path": "/data", "content": b"x"})
        self.refused("path_refused", self.put, {"path": "/data", "type": "symlink", "target": "x"})
        self.refused("path_refused", self.put, {"path": "/data/a", "type": "directory"})
        self.refused("path_refused", self.put, {"path": "/data/a/b", "content": b"x"})

    def test_odd_paths_are_refused_before_anything_is_written(self):
        for path in ("", "file", "./file", "../file", "/../file", "/data/../file", "/data/..", "/a\0b", "/\ud800"):
            first = {"path": "/first", "content": b"x"}
            self.refused("path_refused", self.put, first, {"path": path, "content": b"x"})
        self.refused("path_refused", self.put, {"path": "/", "content": b"x"})
        self.refused("path_refused", self.put, {"path": "/" + "n" * 256, "content": b"x"})
        self.refused("path_refused", self.put, {"path": "/n" * 3000, "content": b"x"})
        self.assertFalse(os.path.exists(self.at("/first")))

    def test_empty_and_dot_parts_are_nothing(self):
        self.put({"path": "//data/./b/", "content": b"b"})
        self.assertEqual(self.get("/data//./b"), b"b")

    def test_names_that_are_not_utf8(self):
        self.put({"path": "/data/\udcff", "content": b"b"})
        self.assertIn(b"\xff", os.listdir(os.fsencode(self.at("/data"))))
        self.assertEqual(self.get("/data/\udcff"), b"b")

    def test_malformed_entries_are_bad_requests(self):
        good = {"path": "/x", "type": "file", "length": 1}
        for wrong in (
            {"path": None},
            {"type": "fifo"},
            {"type": None},
            {"mode": 0o10000},
            {"mode": "644"},
            {"mtime": -1},
            {"mtime": float("nan")},
            {"length": -1},
            {"length": 2},
            {"type": "symlink"},
            {"type": "symlink", "target": ""},
            {"type": "symlink", "target": "a\0b"},
        ):
            self.refused("bad_request", files.put, self.merged, [{**good, **wrong}], memoryview(b"1"))
        self.refused("bad_request", files.put, self.merged, [good], memoryview(b"12"))
        self.assertFalse(os.path.exists(self.at("/x")))

    def test_a_full_layer_refuses_and_leaves_no_half_file(self):
        message = self.refused("path_refused", self.put, {"path": "/big", "content": bytes(80 << 20)})
        self.assertIn("No space left", message)
        self.assertFalse(os.path.lexists(self.at("/big")))


class Get(FilesCase):
    def test_links_resolve_inside(self):
        os.symlink("/etc/passwd", self.at("/inside"))
        os.symlink("../../../../../../etc/passwd", self.at("/data/upwards"))
        self.assertEqual(self.get("/inside"), b"inside")
        self.assertEqual(self.get("/data/upwards"), b"inside")
        for target in (self.outside, "../.." + self.outside, "/proc/self/root" + self.outside, "/proc/1/cwd"):
            os.symlink(target, self.at("/trap"))
            self.refused("path_not_found", self.get, "/trap")
            os.unlink(self.at("/trap"))

    def test_only_regular_files_are_read(self):
        os.mkfifo(self.at("/fifo"))
        os.symlink("loop", self.at("/loop"))
        for path in ("/fifo", "/data", "/", "/loop", "/data/a/b", "relative", "/data/../data/a", "/" + "n" * 256):
            self.refused("path_refused", self.get, path)
        self.refused("path_not_found", self.get, "/data/missing")

    def test_devices_are_not_opened(self):
        try:
            os.mknod(self.at("/null"), 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        except PermissionError:
            self.skipTest("no right to make devices")
        self.refused("path_refused", self.get, "/null")

    def test_a_file_is_read_up_to_the_limit_inclusive(self):
        self.put({"path": "/five", "content": b"12345"}, {"path": "/none"})
        self.assertEqual(self.get("/five", 5), b"12345")
        self.refused("file_too_large", self.get, "/five", 4)
        self.assertEqual(self.get("/none", 0), b"")
        self.refused("file_too_large", self.get, "/five", 0)

    def test_a_file_larger_than_a_pipe(self):
        content = os.urandom(3 << 20)
        self.put({"path": "/large", "content": content})
        self.assertEqual(self.get("/large", 1 << 30), content)

    def test_a_sparse_giant_is_too_large_at_once(self):
        with open(self.at("/giant"), "wb") as file:
            file.truncate(1 << 40)
        self.refused("file_too_large", self.get, "/giant")


class ListFiles(FilesCase):
    def test_a_folder_by_name(self):
        self.put(
            {"path": "/w/b", "content": b"12", "mode": 0o600, "mtime": 5},
            {"path": "/w/a", "type": "directory", "mode": 0o711, "mtime": 6},
            {"path": "/w/c", "type": "symlink", "target": self.outside, "mtime": 7},
        )
        keys = ("name", "type", "mode", "size", "mtime")
        expected = [("a", "directory", 0o711, 0, 6), ("b", "file", 0o600, 2, 5), ("c", "symlink", 0o777, 0, 7)]
        self.assertEqual(files.list_files(self.merged, "/w"), [dict(zip(keys, values)) for values in expected])
        self.assertEqual(files.list_files(self.merged, "/data/sub"), [])

    def test_links_resolve_inside(self):
        self.assertEqual([file["name"] for file in files.list_files(self.merged, "/bin")], ["a", "sub"])
        os.symlink(self.folder, self.at("/trap"))
        self.refused("path_not_found", files.list_files, self.merged, "/trap")
        os.symlink("../../../../..", self.at("/data/root"))
        self.assertNotIn("outside", [file["name"] for file in files.list_files(self.merged, "/data/root")])

    def test_what_is_no_folder(self):
        self.refused("path_refused", files.list_files, self.merged, "/data/a")
        self.refused("path_refused", files.list_files, self.merged, "data")
        self.refused("path_not_found", files.list_files, self.merged, "/missing")

    def test_names_that_are_not_utf8(self):
        with open(os.fsencode(self.at("/data/sub")) + b"/\xfe", "wb"):
            pass
        self.assertEqual(files.list_files(self.merged, "/data/sub")[0]["name"], "\udcfe")


class Enclosed(FilesCase):
    def test_the_root_is_the_layer_and_the_runners_own_comes_back(self):
        work = lambda: ",".join(sorted(os.listdir("/"))).encode()  # noqa: E731
        self.assertEqual(enclosure.enclosed(self.merged, work), b"bin,data,etc")
        self.assertEqual(self.read(self.outside), "secret")

    def test_the_runners_root_comes_back_after_any_failure(self):
        def fail():
            raise ValueError

        with self.assertRaises(ValueError):
            enclosure.enclosed(self.merged, fail)
        self.refused("path_not_found", self.get, "/missing")
        self.assertEqual(self.read(self.outside), "secret")

    def test_a_refused_chroot_is_not_supported(self):
        with mock.patch.object(os, "chroot", side_effect=PermissionError(1, "")):
            self.refused("not_supported", enclosure.enclosed, self.merged, lambda: b"")

    def test_a_layer_that_is_gone_is_a_fault(self):
        self.refused("fault", enclosure.enclosed, self.merged + "/gone", lambda: b"")

    def test_no_descriptors_are_left(self):
        before = os.listdir("/proc/self/fd")
        self.get("/data/a")
        self.refused("file_too_large", self.get, "/data/a", 1)
        self.refused("path_not_found", self.get, "/missing")
        self.assertEqual(os.listdir("/proc/self/fd"), before)

    def test_a_mounted_second_root_belongs_to_the_layer(self):
        mounts.mount("second", self.at("/data/sub"), "tmpfs")
        self.addCleanup(mounts.unmount, self.at("/data/sub"))
        self.put({"path": "/data/sub/x", "content": b"x"})
        self.assertEqual(self.get("/data/sub/x"), b"x")


if __name__ == "__main__":
    unittest.main()
