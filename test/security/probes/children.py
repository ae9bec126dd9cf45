# How many sleeping children one process can have at once.
children = []
while len(children) < 10_000:
    try:
        pid = os.fork()
    except OSError:
        break
    if pid == 0:
        signal.pause()
    children.append(pid)
for pid in children:
    os.kill(pid, signal.SIGKILL)
report({"count": len(children)})
