"""Layers on images of the store, and what a reset may name."""

import os
import shutil
import stat
import subprocess
import sys
import unittest

from overlay_case import OverlayCase, enter_private_mounts, in_user_namespace

import changes
import mounts
from image import MOST_LAYERS, Image, image_of
from image_store import ImageStore
from request_error import RequestError
from scratch import Scratch

HERE = os.path.dirname(os.path.abspath(__file__))


def setUpModule():
    enter_private_mounts()


class Named(unittest.TestCase):
    def refused(self, **image):
        with self.assertRaises(RequestError) as caught:
            image_of(image)
        self.assertEqual(caught.exception.code, "bad_request")
        return str(caught.exception)

    def test_layers_environment_and_working_directory(self):
        image = image_of({"layers": ["a1", "b"], "env": {"PATH": "/bin"}, "workdir": "/app"})
        self.assertEqual(image, Image(["a1", "b"], {"PATH": "/bin"}, "/app"))
        self.assertEqual(image_of({"layers": ["a"]}), Image(["a"], {}, "/"))
        self.assertEqual(image_of({"name": "any", "layers": ["a/diff"]}), Image(["a/diff"], {}, "/"))

    def test_only_plain_names_are_layers(self):
        more = ("a/.b", "a/b/c", "a/", "a/../b")
        for name in (*more, "", ".", "..", "../a", "/a", "-a", ".a", "a:b", "a,b", "a\\b", "a\0", "a\n", "x" * 300, 7, None):
            self.assertIn("image.layers[1]", self.refused(layers=["a", name]), name)

    def test_their_number_is_bounded(self):
        self.assertIn(f"at most {MOST_LAYERS}", self.refused(layers=["a"] * (MOST_LAYERS + 1)))
        self.assertIn("lowest first", self.refused(layers=[]))
        self.assertIn("lowest first", self.refused(layers="a"))
        self.assertIn("lowest first", self.refused())

    def test_what_else_it_says_is_checked(self):
        self.assertIn("image.env", self.refused(layers=["a"], env={"A=B": "1"}))
        self.assertIn("image.env", self.refused(layers=["a"], env={"A": 1}))
        self.assertIn("image.workdir", self.refused(layers=["a"], workdir="app"))
        self.assertIn("layers, name", self.refused(layers=["a"], layer="b"))
        with self.assertRaises(RequestError):
            image_of(["a"])


class OnImages(OverlayCase):
    def setUp(self):
        super().setUp()
        self.scratch = Scratch(os.path.join(self.folder, "scratch"), 1 << 20, 200)
        self.place, self.shown = (os.path.join(self.folder, name) for name in ("store", "shown"))
        for folder in (self.place, self.shown):
            os.mkdir(folder)

    def layer_of(self, name, tree):
        folder = os.path.join(self.place, name)
        os.mkdir(folder)
        self.make(folder, tree)
        return folder

    def ground(self, *names):
        if not hasattr(self, "store"):
            mounts.bind(self.place, self.shown)
            self.store = ImageStore(self.shown, self.scratch)
        ground = self.store.ground(Image(list(names), {}, "/"))
        self.addCleanup(ground.drop)
        return ground

    def new_layer(self, ground):
        layer = ground.new_layer()
        self.addCleanup(layer.drop)
        return layer

    def read(self, layer, path):
        with open(os.path.join(layer.merged, path), encoding="utf-8") as file:
            return file.read()

    def opaque(self, folder):
        space = "user" if in_user_namespace() else "trusted"
        os.setxattr(folder, f"{space}.overlay.opaque", b"y")

    def test_upper_layers_cover_and_remove_files_of_lower_ones(self):
        self.layer_of("low", {"etc/name": "low", "etc/gone": "x", "data/a": "a", "kept": "kept"})
        top = self.layer_of("top", {"etc/name": "top", "data/b": "b"})
        os.mknod(os.path.join(top, "etc/gone"), stat.S_IFCHR, 0)
        self.opaque(os.path.join(top, "data"))
        layer = self.new_layer(self.ground("low", "top"))
        self.assertEqual([self.read(layer, path) for path in ("etc/name", "kept", "data/b")], ["top", "kept", "b"])
        self.assertFalse(os.path.lexists(f"{layer.merged}/etc/gone"))
        self.assertEqual(os.listdir(f"{layer.merged}/data"), ["b"])

    def test_nothing_of_the_container_is_in_it(self):
        self.layer_of("only", {"file": "of the image"})
        layer = self.new_layer(self.ground("only"))
        self.assertEqual(sorted(os.listdir(layer.merged)), ["dev", "etc", "file", "mnt", "proc", "root", "sys", "tmp"])
        self.assertLessEqual(set(os.listdir(f"{layer.merged}/etc")), {"hosts", "hostname", "resolv.conf"})
        self.assertEqual(stat.S_IMODE(os.stat(f"{layer.merged}/tmp").st_mode), 0o1777)
        self.assertEqual(stat.S_IMODE(os.stat(layer.merged).st_mode), 0o755)

    def test_places_of_mounts_are_folders_whatever_the_image_has(self):
        outside = os.path.join(self.folder, "outside")
        os.mkdir(outside)
        links = dict.fromkeys(("dev", "etc", "proc"), f"-> {outside}")
        self.layer_of("links", {**links, "tmp": "-> ..", "sys": "a file"})
        self.layer_of("files", {"dev": "a file", "proc": "a file", "etc/resolv.conf": f"-> {outside}/resolv"})
        for name in ("links", "files"):
            layer = self.new_layer(self.ground(name))
            for place in ("dev", "etc", "proc"):
                self.assertTrue(stat.S_ISDIR(os.lstat(f"{layer.merged}/{place}").st_mode), place)
            self.assertFalse(os.path.islink(f"{layer.merged}/etc/resolv.conf"))
        self.assertEqual(os.listdir(outside), [])

    def test_a_write_stays_in_the_layer_and_shows_in_the_difference(self):
        folder = self.layer_of("only", {"etc/name": "image", "data/a": "a"})
        ground = self.ground("only")
        layer = self.new_layer(ground)
        with open(f"{layer.merged}/etc/name", "w", encoding="utf-8") as file:
            file.write("changed")
        shutil.rmtree(f"{layer.merged}/data")
        ground.pristine()
        told = [(change["kind"], change["path"]) for change in changes.diff(layer.roots)["changes"]]
        self.assertEqual(told, [("deleted", "/data"), ("deleted", "/data/a"), ("modified", "/etc/name")])
        layer.drop()
        self.assertEqual(self.read(self.new_layer(ground), "etc/name"), "image")
        with open(f"{folder}/etc/name", encoding="utf-8") as file:
            self.assertEqual(file.read(), "image")

    def test_the_store_cannot_be_written_through_its_place(self):
        self.layer_of("only", {"file": "image"})
        self.ground("only")
        for path in ("new", "only/file"):
            with self.assertRaises(OSError):
                open(os.path.join(self.shown, path), "w", encoding="utf-8").close()

    def test_a_layer_that_an_image_has_twice(self):
        self.layer_of("low", {"a": "low", "b": "low"})
        self.layer_of("mid", {"a": "mid", "b": "mid"})
        top = self.layer_of("twice", {"a": "twice"})
        os.mknod(os.path.join(top, "c"), stat.S_IFCHR, 0)
        layer = self.new_layer(self.ground("twice", "low", "twice", "mid", "twice"))
        self.assertEqual([self.read(layer, path) for path in "ab"], ["twice", "mid"])

    def test_as_many_layers_as_are_allowed(self):
        names = [f"{number:03d}{'x' * 60}" for number in range(MOST_LAYERS)]
        for number, name in enumerate(names):
            self.layer_of(name, {f"file{number}": "", "last": name})
        ground = self.ground(*names)
        layer = self.new_layer(ground)
        self.assertEqual(self.read(layer, "last"), names[-1])
        self.assertTrue(os.path.exists(f"{ground.pristine()}/file0"))

    def test_a_layer_that_is_missing_or_no_folder_is_named(self):
        self.layer_of("there", {"file": ""})
        os.symlink("there", os.path.join(self.place, "link"))
        self.make(self.place, {"plain": "a file"})
        before = os.listdir("/proc/self/fd")
        for name in ("missing", "link", "plain"):
            with self.assertRaises(RequestError) as caught:
                self.ground("there", name)
            self.assertEqual(caught.exception.code, "image_missing")
            self.assertIn(name, str(caught.exception))
        self.assertEqual(os.listdir("/proc/self/fd"), before)

    def test_nothing_is_left_of_a_ground_that_was_dropped(self):
        self.layer_of("only", {"file": "image"})
        self.ground("only").drop()
        before = os.listdir("/proc/self/fd"), os.listdir(self.scratch.path)
        ground = self.ground("only")
        layer = self.new_layer(ground)
        ground.pristine()
        layer.drop()
        ground.drop()
        self.assertEqual((os.listdir("/proc/self/fd"), os.listdir(self.scratch.path)), before)
        self.assertEqual(os.getcwd(), "/")

    def test_layers_that_appear_later(self):
        self.layer_of("first", {"file": "1"})
        self.ground("first")
        self.layer_of("second", {"file": "2"})
        self.assertEqual(self.read(self.new_layer(self.ground("first", "second")), "file"), "2")


@unittest.skipIf(in_user_namespace(), "already in one")
class InAUserNamespace(unittest.TestCase):
    def test_images_are_the_same_there(self):
        command = ["unshare", "--user", "--map-root-user", "--mount"]
        if subprocess.run([*command, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("no user namespaces here")
        tests = ["test_images.OnImages"]
        done = subprocess.run(
            [*command, sys.executable, "-B", "-m", "unittest", *tests], cwd=HERE, capture_output=True, text=True, check=False
        )
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
