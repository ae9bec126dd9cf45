# Lies in wait for the processes that come into its namespace from outside, stops each at once, and looks at what it has and
# may: one a line, to FOUND. It runs in the background until it is killed. A program that puts `WOKEN = …` before this one
# starts it: where that is true, a chain of processes has those go on that were stopped, as long as it is not stopped itself.
import itertools
import os
import signal

FOUND = "/tmp/newcomers"


def look(pid):
    words = [str(pid)]
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            fields = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
        if fields["PPid"].strip() != "0":
            return
        words += [f"{name}={fields[name]}" for name in ("CapPrm", "CapEff", "CapBnd", "NoNewPrivs", "Seccomp")]
    except (OSError, KeyError):
        return
    try:
        targets = [os.readlink(f"/proc/{pid}/fd/{fd}").replace(" ", "_") for fd in os.listdir(f"/proc/{pid}/fd")]
        words.append("fds=" + "|".join(targets))
    except OSError:
        words.append("fds=hidden")
    try:
        with open(f"/proc/{pid}/mem", "rb"):
            words.append(f"memory={os.path.basename(os.readlink(f'/proc/{pid}/exe'))}")
    except OSError:
        words.append("memory=hidden")
    with open(FOUND, "a", encoding="utf-8") as file:
        file.write(" ".join(words) + "\n")


def guess():
    last = os.getpid()
    numbers = os.open("/proc/loadavg", os.O_RDONLY)
    for turn in itertools.count():
        if turn % 100 == 0:
            # Those that were too quick must not be waited for.
            last = int(os.pread(numbers, 128, 0).split()[-1])
        for pid in range(last + 1, last + 4):
            try:
                os.kill(pid, signal.SIGSTOP)
                look(pid)
                # One that had ended already may be gone by now.
                os.kill(pid, signal.SIGCONT)
            except (ProcessLookupError, PermissionError):
                continue
            last = pid
            break


def watch():
    """In the crowd of a chain: look for those that have no parent here."""
    known = set()
    while True:
        pids = {int(name) for name in os.listdir("/proc") if name.isdigit()}
        for pid in pids - known - {1}:
            try:
                with open(f"/proc/{pid}/stat", "rb") as file:
                    parent = file.read().rpartition(b")")[2].split()[1]
                if parent == b"0":
                    os.kill(pid, signal.SIGSTOP)
                    look(pid)
                    os.kill(pid, signal.SIGCONT)
            except OSError:
                pass
        known = pids


def wake():
    while True:
        if os.fork():
            os._exit(0)
        os.kill(-1, signal.SIGCONT)


def background(work):
    if os.fork() == 0:
        os.setsid()
        null = os.open("/dev/null", os.O_RDWR)
        for fd in range(3):
            os.dup2(null, fd)
        work()


open(FOUND, "w", encoding="utf-8").close()
for work in (watch,) * 6 + (wake,) * 4 if WOKEN else (guess,):
    background(work)
print("ready")
