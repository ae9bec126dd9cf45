# Every name below the root, the kernel's file systems apart, that contains one of the words in /words, and those words in
# what the kernel tells of mounts.
with open("/words", encoding="utf-8") as file:
    words = file.read().split()
found = []
for place, folders, files in os.walk("/"):
    if place == "/":
        folders[:] = [name for name in folders if name not in ("proc", "dev")]
    found += [f"{place}/{name}" for name in (*folders, *files) if any(word in name for word in words)]
texts = ""
for name in ("mountinfo", "mounts", "mountstats", "maps"):
    with open(f"/proc/self/{name}", encoding="utf-8", errors="replace") as file:
        texts += file.read()
MS_REMOUNT, MS_BIND = 32, 4096
report(
    {
        "found": found,
        "told": [word for word in words if word in texts],
        "roots": sorted({os.readlink(f"/proc/{pid}/root") for pid in os.listdir("/proc") if pid.isdigit()}),
        "remounted": call((165, 40), None, b"/", None, MS_REMOUNT | MS_BIND, None),
        "bound": call((165, 40), b"/", b"/tmp", None, MS_BIND, None),
        "handle": call((304, 265), -100, ctypes.create_string_buffer(64), 0),
        "above": sorted(os.listdir("/../../..")) == sorted(os.listdir("/")),
    }
)
