# What an earlier lease could have left in the interpreter and in what the kernel keeps for each process.
import builtins
import linecache
import resource
import sys
import threading

# Those that the interpreter has loaded before it is forked.
MODULES = (builtins, os, sys, linecache, signal)


def device(name):
    status = os.lstat(f"/dev/{name}")
    return [name, status.st_mode, status.st_uid, status.st_gid, status.st_rdev]


def handlers():
    """By name: a function of another interpreter has another address."""
    found = {number: signal.getsignal(number) for number in sorted(signal.valid_signals())}
    return {number: getattr(handler, "__name__", str(handler)) for number, handler in found.items() if handler}


report(
    {
        # Forked from the same interpreter, even the addresses of what nobody touched are the same.
        "identities": {
            module.__name__: {name: id(value) for name, value in sorted(vars(module).items()) if callable(value)}
            for module in MODULES
        },
        "patched": [hasattr(builtins, "left"), hasattr(os, "left"), json.loads("1") == 1],
        "modules": sorted(sys.modules),
        "hooks": [sys.excepthook is sys.__excepthook__, sys.displayhook is sys.__displayhook__, sys.gettrace() is None],
        "path": [sys.argv, sys.path, sorted(map(str, sys.meta_path)).__len__(), len(sys.path_hooks)],
        "signals": [handlers(), sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ())), signal.getitimer(signal.ITIMER_REAL)],
        "threads": threading.active_count(),
        "directory": os.getcwd(),
        "environment": dict(os.environ),
        "umask": [os.umask(0o22), os.umask(0o22)],
        "limits": {
            name: resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith("RLIMIT_")
        },
        "priority": [os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0), sorted(os.sched_getaffinity(0))],
        "identity": [os.getresuid(), os.getresgid(), os.getgroups(), os.getpid(), os.getppid(), os.getsid(0)],
        "descriptors": {fd: os.readlink(f"/proc/self/fd/{fd}").split(":")[0] for fd in (0, 1, 2, 1000, 1001, 1002)},
        "devices": [device(name) for name in sorted(os.listdir("/dev")) if name != "shm"],
        "terminals": [os.listdir("/dev/pts"), oct(os.stat("/dev/pts/ptmx").st_mode), oct(os.stat("/dev/pts").st_mode)],
        "shared": [os.listdir("/dev/shm"), oct(os.stat("/dev/shm").st_mode)],
        "mounts": [line.split()[4:6] for line in open("/proc/self/mountinfo", encoding="utf-8")],
    }
)
