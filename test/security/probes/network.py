import fcntl
import socket
import struct

SIOCGIFCONF, SIOCSIFFLAGS, SIOCSIFADDR = 0x8912, 0x8914, 0x8916
ETH_P_ALL = 3
# Where an engine's host, its bridge, a cloud's metadata service and the internet would answer.
ADDRESSES = [("172.17.0.1", 80), ("172.17.0.1", 2375), ("10.0.0.1", 53), ("169.254.169.254", 80), ("1.1.1.1", 53)]


def connect(address, kind=socket.SOCK_STREAM):
    def action():
        with socket.socket(socket.AF_INET, kind) as connection:
            connection.settimeout(3)
            connection.connect(address)

    return attempt(action)


def set_interface(request):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        return attempt(lambda: fcntl.ioctl(control, request, struct.pack("16sH22x", b"lo", 0)))


def send_packet(interface):
    def action():
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL)) as raw:
            raw.bind((interface, 0))
            raw.send(b"\xff" * 64)

    return attempt(action)


def loopback():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        return connect(server.getsockname())


def new_route():
    """A default route by netlink: needs rights over the network."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as netlink:
        body = struct.pack("=BBBBBBBBI", socket.AF_INET, 0, 0, 0, 254, 3, 0, 1, 0) + struct.pack("=HHI", 8, 4, 1)
        netlink.send(struct.pack("=IHHII", 16 + len(body), 24, 0x605, 1, 0) + body)
        kind, error = struct.unpack_from("=4xH10xi", netlink.recv(4096))
        return [kind, errno.errorcode.get(-error, error)]


with open("/proc/net/route", encoding="ascii") as file:
    routes = file.read().splitlines()[1:]
report(
    {
        "interfaces": [name for _, name in socket.if_nameindex()],
        "routes": routes,
        "loopback": loopback(),
        "tcp": {f"{host}:{port}": connect((host, port)) for host, port in ADDRESSES},
        "udp": {f"{host}:{port}": connect((host, port), socket.SOCK_DGRAM) for host, port in ADDRESSES},
        "packets": {name: send_packet(name) for name in ("eth0", "docker0")},
        "changes": {"flags": set_interface(SIOCSIFFLAGS), "address": set_interface(SIOCSIFADDR)},
        "route": new_route(),
        "listeners": [
            line.split()[1]
            for line in open("/proc/net/tcp", encoding="ascii").read().splitlines()[1:]
            if line.split()[3] == "0A"
        ],
    }
)
