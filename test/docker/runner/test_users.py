"""Users of an image, by its own files, and looks at their processes."""

import ctypes
import os
import signal
import subprocess
import tempfile
import unittest

import overlay_case  # noqa: F401 (finds the runner's modules)

from request_error import RequestError
from user import User
from users import looking_as, user_in

PASSWD = "root:x:0:0::/root:/bin/sh\nme:x:1234:1235::/home/me:\n1300:x:7:8::/seven:\nbroken\nodd:x:x:1::/:\n"
GROUP = "mine:x:1235:\nfriends:x:1400:other,me\nmore:x:1401:me\n"


@unittest.skipUnless(os.getuid() == 0, "needs the right to change the root")
class Named(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="stepwell-test-")
        self.addCleanup(folder.cleanup)
        self.root = folder.name
        os.mkdir(f"{self.root}/etc")
        for name, text in (("passwd", PASSWD), ("group", GROUP)):
            with open(f"{self.root}/etc/{name}", "w", encoding="ascii") as file:
                file.write(text)

    def test_by_name_or_number_with_all_of_its_groups(self):
        me = User(1234, 1235, [1400, 1401], "/home/me")
        self.assertEqual(user_in(self.root, "me"), me)
        self.assertEqual(user_in(self.root, "1234"), me)
        self.assertEqual(user_in(self.root, "1300"), User(7, 8, [], "/seven"))

    def test_with_a_group_of_its_own(self):
        self.assertEqual(user_in(self.root, "me:friends"), User(1234, 1400, [], "/home/me"))
        self.assertEqual(user_in(self.root, "me:77"), User(1234, 77, [], "/home/me"))

    def test_that_the_image_does_not_name(self):
        self.assertEqual(user_in(self.root, "4321"), User(4321, 0, [], "/"))
        os.unlink(f"{self.root}/etc/passwd")
        self.assertEqual(user_in(self.root, "root"), User(0, 0, [], "/root"))

    def test_that_there_is_not(self):
        for wanted in ("you", "me:yours", "odd", "", ":", "a:b:c", 7, None, "99999999999"):
            with self.assertRaises(RequestError):
                user_in(self.root, wanted)

    def test_files_that_lead_out_are_not_read(self):
        os.unlink(f"{self.root}/etc/passwd")
        os.symlink("/etc/passwd-of-the-machine", f"{self.root}/etc/passwd")
        with self.assertRaises(RequestError):
            user_in(self.root, "me")


@unittest.skipUnless(os.getuid() == 0, "needs the right to change its user")
class Looking(unittest.TestCase):
    def test_leaves_the_runner_as_it_was(self):
        libc = ctypes.CDLL(None)
        found = ctypes.c_int()
        libc.prctl(1, signal.SIGKILL, 0, 0, 0)
        self.addCleanup(libc.prctl, 1, 0, 0, 0, 0)
        with looking_as(User(1234, 1235, [], "/")):
            pass
        libc.prctl(2, ctypes.byref(found), 0, 0, 0)
        self.assertEqual(found.value, signal.SIGKILL)
        with open("/proc/self/status", encoding="ascii") as status:
            numbers = [line.split()[1:] for line in status if line.startswith(("Uid:", "Gid:"))]
        self.assertEqual(numbers, [["0"] * 4, ["0"] * 4])

    def test_opens_what_only_the_user_may(self):
        process = subprocess.Popen(["sleep", "100"], user=1234, group=1235, extra_groups=[])
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        with looking_as(User(1234, 1235, [], "/")):
            os.close(os.open(f"/proc/{process.pid}/ns/mnt", os.O_RDONLY))


if __name__ == "__main__":
    unittest.main()
