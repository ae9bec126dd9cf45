import gzip
import hashlib
import io
import os
import tarfile

data = io.BytesIO()
with tarfile.open(fileobj=data, mode="w") as archive:
    for number in range(6):
        content = "".join(hashlib.sha256(f"{number} {line}".encode()).hexdigest() + "\n" for line in range(9)).encode()
        member = tarfile.TarInfo(f"letters/{number}.txt")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
packed = gzip.compress(data.getvalue(), mtime=0)
parts = [packed[at : at + 300] for at in range(0, len(packed), 300)]
os.makedirs("parts")
with open("sums.txt", "w") as sums:
    for part in parts:
        digest = hashlib.md5(part).hexdigest()
        sums.write(digest + "\n")
        with open("parts/" + hashlib.sha1(part).hexdigest()[:8], "wb") as file:
            file.write(part)
with open("parts/00000000", "wb") as file:
    file.write(b"x" * 300)
