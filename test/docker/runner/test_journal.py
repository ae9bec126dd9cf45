"""What a runner keeps of a lease, and to which server it gives it."""

import os
import select
import socket
import tempfile
import threading
import unittest

import overlay_case  # noqa: F401  # where the runner's modules are found

from absence import Absence, Hold
from frames import Disconnected, FrameChannel
from journal import Journal


def done(journal, request, reply=None, payload=b"", is_told=True):
    journal.begin(request, b"code")
    journal.end(reply or {"ok": True}, payload, is_told)


class Kept(unittest.TestCase):
    def test_requests_of_a_named_lease_are_kept_with_their_replies(self):
        journal = Journal()
        done(journal, {"id": 1, "op": "run"})
        self.assertIsNone(journal.lease)
        done(journal, {"id": 2, "op": "run", "lease": "a"}, payload=b"one")
        done(journal, {"id": 3, "op": "run", "note": "n"}, payload=b"two")
        for op in ("ping", "snapshot", "recall"):
            done(journal, {"id": 4, "op": op})
        journal.begin({"id": 5, "op": "exec"}, b"")
        told, payload = journal.told()
        self.assertEqual((told["lease"], payload), ("a", b"onetwo"))
        self.assertEqual([entry["request"]["id"] for entry in told["entries"]], [2, 3])
        self.assertEqual(told["running"], {"request": {"id": 5, "op": "exec"}, "sha256": None})

    def test_nothing_is_kept_after_a_lease_nor_of_one_that_is_copied_or_too_large(self):
        for end in (
            lambda journal: journal.clear(),
            lambda journal: done(journal, {"id": 2, "op": "restore"}),
            lambda journal: done(journal, {"id": 2, "op": "run"}, payload=bytes(5 << 20)),
            # E.g. the differences of a sandbox in which an agent has made many files.
            lambda journal: done(journal, {"id": 2, "op": "diff"}, {"ok": True, "changes": ["x" * 1024] * (5 << 10)}),
        ):
            journal = Journal()
            done(journal, {"id": 1, "op": "run", "lease": "a"})
            end(journal)
            done(journal, {"id": 3, "op": "run"})
            self.assertIsNone(journal.lease)
            self.assertEqual(journal.told()[0]["entries"], [])

    def test_only_a_reply_without_a_server_is_held_for_the_next_one(self):
        journal = Journal()
        done(journal, {"id": 1, "op": "run", "lease": "a"}, payload=b"told")
        self.assertEqual(journal.untold(), ({"entries": []}, b""))
        done(journal, {"id": 2, "op": "run"}, payload=bytes(5 << 20), is_told=False)
        told, payload = journal.untold()
        self.assertEqual((told["entries"][0]["request"]["id"], len(payload)), (2, 5 << 20))
        done(journal, {"id": 3, "op": "run"})
        self.assertEqual(journal.untold(), ({"entries": []}, b""))


class Absent(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "runner.sock")

    def absence(self, grace_s=60):
        absence = Absence(self.path, Hold("key", grace_s))
        self.addCleanup(os.close, absence.fd)
        return absence

    def answered(self, header):
        """What the runner does with a server that sends this."""
        server = socket.socket(socket.AF_UNIX)
        server.bind(self.path)
        server.listen()

        def serve():
            connection, _ = server.accept()
            with connection:
                FrameChannel(connection.fileno(), connection.fileno()).write(header)
                connection.settimeout(10)
                connection.recv(1)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        absence = self.absence()
        found = absence.look(absence.fd)
        if found is not None:
            os.close(found[0])
        thread.join()
        server.close()
        os.unlink(self.path)
        return found

    def test_only_a_server_with_the_key_is_answered(self):
        self.assertEqual(self.answered({"id": 4, "op": "attach", "key": "key"})[1], 4)
        for header in (
            {"id": 4, "op": "attach", "key": "kez"},
            {"id": 4, "op": "attach"},
            {"id": 4, "op": "attach", "key": 5},
            {"id": 4, "op": "attach", "key": "k\u00e9y"},
            {"id": 4, "op": "run", "key": "key"},
            {"op": "attach", "key": "key"},
        ):
            self.assertIsNone(self.answered(header), header)

    def test_it_looks_again_and_again_until_the_grace_time_is_over(self):
        absence = self.absence()
        for _ in range(2):
            poll = select.poll()
            poll.register(absence.fd, select.POLLIN)
            self.assertTrue(poll.poll(30_000))
            self.assertIsNone(absence.look(absence.fd))
        over = self.absence(grace_s=0)
        with self.assertRaises(Disconnected):
            over.look(over.fd)


if __name__ == "__main__":
    unittest.main()
