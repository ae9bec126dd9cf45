"""Digests of large files: the same for the same content, wherever its holes are."""

import hashlib
import os
import tempfile
import unittest

import overlay_case  # noqa: F401  # where the runner's modules are found

from budget import Budget
from content import BLOCK, Contents


class LargeFiles(unittest.TestCase):
    size = 8 * BLOCK + 17

    def digest(self, parts, size=size, plain=BLOCK, dense=False):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "file")
            with open(path, "wb") as file:
                if dense:
                    file.write(bytes(size))
                file.truncate(size)
                for offset, data in parts:
                    file.seek(offset)
                    file.write(data)
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                return Contents(Budget(), plain).digest(descriptor, "file", os.stat(path))
            finally:
                os.close(descriptor)

    def test_every_byte_counts(self):
        parts = [[]] + [[(offset, b"x")] for offset in (0, BLOCK - 1, BLOCK, 4 * BLOCK + 5, self.size - 1)]
        parts += [[(4 * BLOCK + 5, b"y")], [(0, b"x"), (BLOCK, b"x")]]
        self.assertEqual(len({self.digest(part) for part in parts}), len(parts))

    def test_holes_are_zeros(self):
        for parts in ([], [(3 * BLOCK + 7, b"x" * BLOCK)], [(self.size - 1, b"x")]):
            self.assertEqual(self.digest(parts), self.digest(parts, dense=True))

    def test_lengths_count(self):
        self.assertNotEqual(self.digest([], size=self.size), self.digest([], size=self.size + 1))

    def test_smaller_ones_are_their_content(self):
        self.assertEqual(self.digest([(5, b"x")], size=10, plain=10), hashlib.sha256(bytes(5) + b"x" + bytes(4)).hexdigest())


if __name__ == "__main__":
    unittest.main()
