"""A network that is loopback and nothing else, made by the runner where the engine gave it an empty network namespace."""

from resolver import CONFIGURATION

_ROUTES = "/proc/net/route"
_IPV6_ROUTES = "/proc/net/ipv6_route"
_NO_IPV6 = "/proc/sys/net/ipv6/conf/all/disable_ipv6"
# As Docker writes it for a container without a network.
_HOSTS = """\
127.0.0.1	localhost
::1	localhost ip6-localhost ip6-loopback
fe00::0	ip6-localnet
ff00::0	ip6-mcastprefix
ff02::1	ip6-allnodes
ff02::2	ip6-allrouters
"""


def furnish() -> dict[str, str]:
    """
    Do what an engine does for a container without a network; the files that it gives, by path. Raises OSError if there is
    a network.
    """
    if _has_routes():
        raise OSError("the engine gave a network where it should give none")
    try:
        with open(_NO_IPV6, "r+", encoding="ascii") as file:
            file.write("1")
    except OSError:
        # A kernel without IPv6, or an engine that shows settings read-only. Engines too go on with IPv6 then.
        pass
    return {"/etc/hosts": _HOSTS, "/etc/resolv.conf": CONFIGURATION}


def _has_routes() -> bool:
    """Not by interfaces: with some modules the kernel puts tunnels into every namespace, which are down."""
    with open(_ROUTES, encoding="ascii") as file:
        _titles, *routes = file
    if routes:
        return True
    try:
        with open(_IPV6_ROUTES, encoding="ascii") as file:
            return any(line.split()[-1] != "lo" for line in file)
    except FileNotFoundError:
        # A kernel without IPv6.
        return False
