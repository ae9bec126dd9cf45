"""A layer over a small tree, whose differences tests look at."""

import hashlib
import os

from overlay_case import OverlayCase

import changes
from budget import Bounds


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


class ChangesCase(OverlayCase):
    tree = {
        "etc/hosts": "localhost\n",
        "data/a": "alpha",
        "data/b": "beta",
        "data/deep/one": "1",
        "data/deep/two": "2",
        "data/deep/deeper/three": "3",
        "link": "-> data/a",
        "empty": None,
    }

    def setUp(self):
        super().setUp()
        self.make(self.lower, self.tree)
        self.baseline = None

    def at(self, path):
        return os.path.join(self.merged, path)

    def write(self, path, text):
        with open(self.at(path), "w", encoding="utf-8") as file:
            file.write(text)

    def mark(self):
        self.baseline = changes.mark([("/", self.lower, self.upper)])

    def look(self, **bounds):
        """The whole answer, within bounds."""
        return changes.diff([("/", self.lower, self.upper)], self.baseline, bounds=Bounds(**bounds))

    def diff(self, **bounds):
        found = self.look(**bounds)
        self.assertIsNone(found["exceeded"])
        return found["changes"]

    def told(self, **bounds):
        return [(change["kind"], change["path"]) for change in self.diff(**bounds)]
