"""What is kept of an output, and the digest of what is not."""

import hashlib
import unittest
from unittest import mock

import overlay_case  # noqa: F401  # where the runner's modules are found

import capture
from capture import Capture


def kept(limit, pieces):
    taken = Capture(limit)
    for piece in pieces:
        taken.add(piece)
    fields = {}
    return taken.finish(fields), fields


class Captures(unittest.TestCase):
    text = b"".join(b"line %d\n" % number for number in range(500))

    def cut(self, size):
        return [self.text[at : at + size] for at in range(0, len(self.text), size)]

    def test_what_fits_is_kept_and_not_digested(self):
        with mock.patch.object(capture.hashlib, "sha256", side_effect=AssertionError):
            self.assertEqual(kept(len(self.text), self.cut(7)), (self.text, {}))

    def test_what_is_dropped_is_in_the_digest_however_it_comes(self):
        whole = hashlib.sha256(self.text).hexdigest()
        for limit in (0, 1, 2, 9, 256, len(self.text) - 1):
            for size in (1, 3, 100, 128, 1000, len(self.text)):
                output, fields = kept(limit, self.cut(size))
                head = limit - limit // 2
                self.assertEqual(output, self.text[:head] + self.text[len(self.text) - limit // 2 :])
                dropped = len(self.text) - limit
                self.assertEqual(fields, {"truncated_bytes": dropped, "truncated_at": head, "sha256": whole})


if __name__ == "__main__":
    unittest.main()
