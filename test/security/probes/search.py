# Look for a text, spelled in two parts so that this program does not hold it, in everything that can be read.
import re

wanted = "-".join(["gold", "marker"]).encode()
skipped = ("/proc", "/sys", "/usr")
found = []


def look(path, read):
    try:
        if wanted in read():
            found.append(path)
    except (OSError, ValueError, OverflowError, MemoryError):
        pass


def content(path):
    with open(path, "rb") as file:
        return file.read(1 << 20)


for folder, folders, names in os.walk("/"):
    folders[:] = [name for name in folders if os.path.join(folder, name) not in skipped]
    for name in names:
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            look(path, lambda path=path: content(path))
processes = [name for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]
memory = 0
for pid in processes:
    for name in ("cmdline", "environ", "maps", "mountinfo"):
        look(f"/proc/{pid}/{name}", lambda path=f"/proc/{pid}/{name}": content(path))
    for fd in os.listdir(f"/proc/{pid}/fd"):
        path = f"/proc/{pid}/fd/{fd}"
        # The first process shows nobody what it has.
        if pid != "1" and "memfd" in os.readlink(path):
            look(path, lambda path=path: content(path))
    try:
        with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
            for start, end in re.findall(r"^([0-9a-f]+)-([0-9a-f]+) r", maps.read(), re.MULTILINE):
                begin, length = int(start, 16), int(end, 16) - int(start, 16)
                if begin < 1 << 47 and length < 64 << 20:
                    mem.seek(begin)
                    memory += length
                    look(f"/proc/{pid}/mem", lambda: mem.read(length))
    except OSError:
        pass
report({"found": sorted(set(found)), "memory": memory, "processes": len(processes)})
