"""What the runner adds to an empty network namespace."""

import unittest
from unittest import mock

import overlay_case  # noqa: F401  # where the runner's modules are found

import bare_network
from resolver import OfflineResolver


class BareNetwork(unittest.TestCase):
    def test_a_network_where_there_should_be_none_is_refused(self):
        with mock.patch.object(OfflineResolver, "needed", return_value=False), self.assertRaises(OSError):
            bare_network.furnish()

    def test_a_kernel_without_ipv6_has_none_to_turn_off(self):
        with (
            mock.patch.object(OfflineResolver, "needed", return_value=True),
            mock.patch.object(bare_network, "_NO_IPV6", "/nonexistent/disable_ipv6"),
        ):
            files = bare_network.furnish()
        self.assertEqual(set(files), {"/etc/hosts", "/etc/resolv.conf"})
        self.assertTrue(files["/etc/hosts"].startswith("127.0.0.1\tlocalhost\n"))


if __name__ == "__main__":
    unittest.main()
