# Leave something of every kind behind, by the session itself: in its interpreter, its process and its namespaces.
import builtins
import json
import linecache
import os
import resource
import signal
import subprocess
import sys
import threading
import time

subprocess.run(["bash", "-c", MESS], stdin=subprocess.DEVNULL, check=False)
os.chdir("/")
kept_terminals = [os.openpty() for _ in range(8)]
if os.fork() == 0:
    # In a session of its own, with a terminal that it holds, deaf to what would end it.
    os.setsid()
    if os.fork() == 0:
        for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_IGN)
        while True:
            time.sleep(1000)
    os._exit(0)
for path, mode in (("/dev/null", 0o600), ("/dev/pts/ptmx", 0), ("/dev/pts", 0o700), ("/dev/shm", 0o700), ("/dev", 0o700)):
    try:
        os.chmod(path, mode)
    except OSError:
        pass
os.umask(0)
for limit in (resource.RLIMIT_NOFILE, resource.RLIMIT_CORE, resource.RLIMIT_STACK, resource.RLIMIT_FSIZE):
    resource.setrlimit(limit, (min(1 << 20, resource.getrlimit(limit)[1]) if limit != resource.RLIMIT_NOFILE else 2048,) * 2)
os.nice(5)
os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
os.environ["LEFT"] = "1"
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGUSR1])
signal.signal(signal.SIGALRM, signal.SIG_IGN)
signal.setitimer(signal.ITIMER_REAL, 3600)
threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
builtins.left = os.left = True
sys.modules["left"] = sys.modules.pop("traceback")
sys.path.insert(0, "/tmp/left")
sys.argv[:] = ["left"]
sys.meta_path.clear()
sys.displayhook = sys.excepthook = lambda *_: None
linecache.getline = json.loads = os.getcwd = lambda *_: None
os.chdir("/tmp")
try:
    os.setgroups([1, 2, 3])
except PermissionError:
    pass
print("done")
