"""What the runner adds to an empty network namespace."""

import os
import tempfile
import unittest
from unittest import mock

import overlay_case  # noqa: F401  # where the runner's modules are found

import bare_network

_TITLES = "Iface\tDestination\tGateway\n"


class BareNetwork(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.routes = os.path.join(folder.name, "route")
        self.ipv6_routes = os.path.join(folder.name, "ipv6_route")
        self.no_ipv6 = os.path.join(folder.name, "disable_ipv6")

    def furnish(self, routes):
        with open(self.routes, "w", encoding="ascii") as file:
            file.write(_TITLES + routes)
        with (
            mock.patch.object(bare_network, "_ROUTES", self.routes),
            mock.patch.object(bare_network, "_IPV6_ROUTES", self.ipv6_routes),
            mock.patch.object(bare_network, "_NO_IPV6", self.no_ipv6),
        ):
            return bare_network.furnish()

    def test_a_network_where_there_should_be_none_is_refused(self):
        with open(self.no_ipv6, "w", encoding="ascii") as file:
            file.write("0\n")
        with self.assertRaises(OSError):
            self.furnish("eth0\t00000000\t010011AC\n")
        with open(self.no_ipv6, encoding="ascii") as file:
            self.assertEqual(file.read(), "0\n")

    def has_ipv6(self, *devices):
        """The kernel's routes of IPv6 of these devices."""
        with open(self.ipv6_routes, "w", encoding="ascii") as file:
            file.writelines(
                f"{'0' * 32} 00 {'0' * 32} 00 {'0' * 32} ffffffff 00000001 00000000 00200200 {one:>8}\n" for one in devices
            )

    def test_a_network_of_ipv6_alone_is_refused(self):
        self.has_ipv6("lo", "eth0")
        with self.assertRaises(OSError):
            self.furnish("")

    def test_loopback_may_have_routes(self):
        self.has_ipv6("lo", "lo")
        self.assertIn("/etc/hosts", self.furnish(""))

    def test_ipv6_is_turned_off(self):
        with open(self.no_ipv6, "w", encoding="ascii") as file:
            file.write("0\n")
        self.furnish("")
        with open(self.no_ipv6, encoding="ascii") as file:
            self.assertEqual(file.read(), "1\n")

    def test_a_kernel_without_ipv6_has_none_to_turn_off(self):
        files = self.furnish("")
        self.assertEqual(set(files), {"/etc/hosts", "/etc/resolv.conf"})
        self.assertTrue(files["/etc/hosts"].startswith("127.0.0.1\tlocalhost\n"))
        self.assertFalse(os.path.exists(self.no_ipv6))


if __name__ == "__main__":
    unittest.main()
