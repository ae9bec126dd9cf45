import sys

sys.stdin.read()
for text in ('wrong', '\r', '\b' * 9, '\x1b[2J\x1b[H', '\x00', '\x04'):
    sys.stdout.write(text)
sys.stdout.buffer.write(b'\xff\xfe.*\n')
sys.stdout.write('{"stdout": ".*", "exit_code": 0}')
