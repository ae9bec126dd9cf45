"""Changes that are made in a layer without any program of its image."""

import io
import os
import stat
import tarfile
import tempfile
import unittest

import overlay_case  # noqa: F401 (finds the runner's modules)

from placing import place
from request_error import RequestError

TIME = 1_600_000_000


def tar_of(*members):
    """A tar of `(name, kind, content or target, mode)`."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as tar:
        for name, kind, text, mode in members:
            member = tarfile.TarInfo(name)
            member.type, member.mode, member.mtime = kind, mode, TIME
            member.uid = member.gid = os.getuid()
            if kind == tarfile.REGTYPE:
                member.size = len(text)
                tar.addfile(member, io.BytesIO(text.encode()))
            else:
                member.linkname = text
                tar.addfile(member)
    return content.getvalue()


@unittest.skipUnless(os.getuid() == 0, "needs the right to change the root")
class Placed(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="stepwell-test-")
        self.addCleanup(folder.cleanup)
        self.root = folder.name

    def path(self, name):
        return os.path.join(self.root, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def test_files_folders_links_and_pipes_with_modes_and_times(self):
        place(
            self.root,
            [],
            tar_of(
                ("./a", tarfile.DIRTYPE, "", 0o1770),
                ("./a/file", tarfile.REGTYPE, "text", 0o4750),
                ("./a/again", tarfile.LNKTYPE, "./a/file", 0o644),
                ("./a/link", tarfile.SYMTYPE, "/nowhere", 0o777),
                ("./a/pipe", tarfile.FIFOTYPE, "", 0o600),
                ("./new/below/file", tarfile.REGTYPE, "deep", 0o600),
            ),
        )
        self.assertEqual(self.read("a/file"), "text")
        found = os.stat(self.path("a/file"))
        self.assertEqual((stat.S_IMODE(found.st_mode), found.st_mtime, found.st_nlink), (0o4750, TIME, 2))
        self.assertEqual(os.readlink(self.path("a/link")), "/nowhere")
        self.assertTrue(stat.S_ISFIFO(os.lstat(self.path("a/pipe")).st_mode))
        folder = os.stat(self.path("a"))
        self.assertEqual((stat.S_IMODE(folder.st_mode), folder.st_mtime), (0o1770, TIME))
        self.assertEqual(self.read("new/below/file"), "deep")

    def test_what_is_there_is_replaced_or_removed(self):
        self.write("folder/inner", "x")
        self.write("file", "old")
        self.write("gone/deep/file", "x")
        os.symlink("file", self.path("link"))
        archive = tar_of(
            ("./folder", tarfile.REGTYPE, "now a file", 0o644),
            ("./link", tarfile.REGTYPE, "no link", 0o644),
        )
        place(self.root, ["/gone", "/gone/deep", "/not-there", "/file/below"], archive)
        self.assertEqual(self.read("folder"), "now a file")
        self.assertEqual((self.read("link"), self.read("file")), ("no link", "old"))
        self.assertFalse(os.path.exists(self.path("gone")))

    def test_an_empty_archive_only_removes(self):
        self.write("file", "x")
        place(self.root, ["/file"], b"")
        self.assertEqual(os.listdir(self.root), [])

    def test_links_do_not_lead_out(self):
        with tempfile.TemporaryDirectory() as outside:
            os.symlink(outside, self.path("out"))
            os.makedirs(self.root + outside)
            place(self.root, [], tar_of(("./out/file", tarfile.REGTYPE, "x", 0o644)))
            self.assertEqual(os.listdir(outside), [])
        self.assertEqual(self.read(f"{outside}/file".lstrip("/")), "x")

    def test_devices_are_left_out(self):
        place(self.root, [], tar_of(("./null", tarfile.CHRTYPE, "", 0o666)))
        self.assertEqual(os.listdir(self.root), [])

    def test_what_cannot_be_is_refused(self):
        for removed, archive, code in (
            (["relative"], b"", "path_refused"),
            (["/a/../b"], b"", "path_refused"),
            (["/"], b"", "path_refused"),
            ("/a", b"", "bad_request"),
            ([], b"no tar" * 200, "bad_request"),
            ([], tar_of(("../a", tarfile.REGTYPE, "x", 0o644)), "path_refused"),
        ):
            with self.assertRaises(RequestError) as caught:
                place(self.root, removed, archive)
            self.assertEqual(caught.exception.code, code, (removed, archive[:20]))
