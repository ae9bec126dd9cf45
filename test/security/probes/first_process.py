# What tracing the first process of the namespace and writing to its memory would gain: it shows nobody anything.
PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_DETACH = 0x4206, 0x4207, 17
PTRACE, PROCESS_VM_READV, PROCESS_VM_WRITEV, PIDFD_GETFD = (101, 117), (310, 270), (311, 271), 438


class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


memory = ctypes.create_string_buffer(8)
ours = Piece(ctypes.addressof(memory), 8)
# Forked from the same interpreter, it has its memory at the same addresses.
theirs = Piece(ours.base, 8)
read = call(PROCESS_VM_READV, 1, ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0)
written = call(PROCESS_VM_WRITEV, 1, ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0)
pid = os.fork()
if pid == 0:
    seized = call(PTRACE, PTRACE_SEIZE, 1, None, None)
    call(PTRACE, PTRACE_INTERRUPT, 1, None, None)
    os.waitpid(1, 0x40000000) if seized == 0 else None
    os._exit(0 if seized == 0 else 1)
traced = os.WEXITSTATUS(os.waitpid(pid, 0)[1]) == 0
report(
    {
        "vm": [read, written],
        "traced": traced,
        "getfd": [call(PIDFD_GETFD, os.pidfd_open(1), fd, 0) for fd in range(4)],
        "files": {name: attempt(lambda: open(f"/proc/1/{name}", "rb")) for name in ("mem", "maps", "environ", "auxv")},
        "links": {
            name: attempt(lambda: os.readlink(f"/proc/1/{name}")) for name in ("exe", "cwd", "root", "ns/mnt", "fd/0")
        },
        "signals": {number: attempt(lambda: os.kill(1, number)) for number in range(1, 65)},
        "oom": [int(open(f"/proc/{pid}/oom_score_adj", encoding="ascii").read()) for pid in ("self", "1")],
        "parent": os.getppid(),
    }
)
