import sys
import time

PTRACE_ATTACH, PTRACE_SEIZE = 16, 0x4206
PTRACE, PROCESS_VM_READV = (101, 117), (310, 270)

own = {int(name) for name in os.listdir("/proc") if name.isdigit()}
commands = {}
for pid in own:
    with open(f"/proc/{pid}/cmdline", "rb") as file:
        commands[pid] = file.read().replace(b"\0", b" ").decode(errors="replace").strip()


class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def ways_to(pid):
    """What each way to reach a process that is not ours answers."""
    memory = ctypes.create_string_buffer(8)
    piece = Piece(ctypes.addressof(memory), 8)
    return {
        "attach": call(PTRACE, PTRACE_ATTACH, pid, None, None),
        "seize": call(PTRACE, PTRACE_SEIZE, pid, None, None),
        "memory": call(PROCESS_VM_READV, pid, ctypes.byref(piece), 1, ctypes.byref(piece), 1, 0),
        "open": attempt(lambda: os.close(os.open(f"/proc/{pid}/mem", os.O_RDWR))),
        "descriptors": attempt(lambda: os.listdir(f"/proc/{pid}/fd")),
        "root": attempt(lambda: os.listdir(f"/proc/{pid}/root")),
    }


def kill(pid, number=signal.SIGKILL):
    return attempt(lambda: os.kill(pid, number))


# Numbers that processes outside are likely to have: all but those of this namespace must be unknown.
unknown = {pid: kill(pid, 0) for pid in (*range(2, 400), *range(1000, 4000, 7)) if pid not in os.listdir("/proc") and pid not in own}
report(
    {
        "commands": commands,
        "parent": os.getppid(),
        "first": ways_to(1),
        "killFirst": [kill(1), os.path.exists("/proc/1")],
        "unknown": sorted(set(unknown.values())),
        "session": [os.getsid(0) in own, os.getpgid(0) in own],
    }
)
