PTRACE_SEIZE = 0x4206
PTRACE = (101, 117)

own = {int(name) for name in os.listdir("/proc") if name.isdigit()}
commands = {}
for pid in own:
    with open(f"/proc/{pid}/cmdline", "rb") as file:
        commands[pid] = file.read().replace(b"\0", b" ").decode(errors="replace").strip()


def ways_to(pid):
    """What each way to reach a process that is not ours answers."""
    return (
        kill(pid, 0),
        kill(pid),
        call(PTRACE, PTRACE_SEIZE, pid, None, None),
        attempt(lambda: os.close(os.pidfd_open(pid))),
        attempt(lambda: os.sched_getaffinity(pid)),
        {"ENOENT": "ESRCH"}.get(found := attempt(lambda: os.listdir(f"/proc/{pid}")), found),
    )


def kill(pid, number=signal.SIGKILL):
    return attempt(lambda: os.kill(pid, number))


# Numbers that processes outside are likely to have: all but those of this namespace must be unknown.
outside = [
    pid for pid in (*range(2, 300), *range(1000, 40_000, 53)) if pid not in own and not os.path.exists(f"/proc/{pid}")
]
unknown = {answer for pid in outside for answer in ways_to(pid)}
report(
    {
        "commands": commands,
        "killFirst": [kill(1), os.path.exists("/proc/1")],
        "unknown": sorted(unknown),
        "session": [os.getsid(0) in own, os.getpgid(0) in own],
    }
)
