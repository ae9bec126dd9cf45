"""Looks for ways to the runner, again and again, until there is /tmp/enough; then reports to /tmp/doors."""

import json
import os
import socket
import time

ACCEPTS = 0x10000


def named():
    """The names of all sockets, and of those among them that take connections."""
    with open("/proc/net/unix") as file:
        fields = [line.split(maxsplit=7) for line in file.readlines()[1:]]
    every = {each[7].strip() for each in fields if len(each) == 8}
    return every, {each[7].strip() if len(each) == 8 else "" for each in fields if int(each[3], 16) & ACCEPTS}


def reached(name):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(1)
    try:
        connection.connect("\0" + name[1:] if name.startswith("@") else name)
        return True
    except OSError:
        return False
    finally:
        connection.close()


def listening():
    ports = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        try:
            with open(f"/proc/net/{table}") as file:
                ports |= {(table, line.split()[1], line.split()[3]) for line in file.readlines()[1:]}
        except OSError:
            pass
    return ports


PLACES = ("/opt/stepwell/control/runner.sock", "/opt/stepwell/control", "/opt/stepwell/runner", "/proc/1/root/opt/stepwell")
ports = listening()
found = {"rounds": 0, "listening": [], "reached": [], "places": [], "ports": []}
print("ready", flush=True)
while not os.path.exists("/tmp/enough"):
    found["rounds"] += 1
    names, accepting = named()
    found["listening"] = sorted({*found["listening"], *accepting})
    found["reached"] = sorted({*found["reached"], *(name for name in (*names, *PLACES) if reached(name))})
    found["places"] = sorted({*found["places"], *(place for place in PLACES if os.path.exists(place))})
    found["ports"] = sorted({*found["ports"], *(" ".join(port) for port in listening() - ports)})
    time.sleep(0.02)
with open("/tmp/doors.part", "w") as file:
    json.dump(found, file)
os.rename("/tmp/doors.part", "/tmp/doors")
