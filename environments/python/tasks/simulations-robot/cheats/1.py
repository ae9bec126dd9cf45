import os
import sys

for descriptor in range(3, 64):
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        sys.stdout.buffer.write(os.read(descriptor, 65536))
    except OSError:
        pass
print(os.environ, sys.argv)
