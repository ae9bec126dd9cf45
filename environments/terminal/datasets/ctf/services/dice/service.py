import ctypes
import os
import socketserver

# Who cannot trace this process can read neither its memory nor its variables (prctl, PR_SET_DUMPABLE).
if ctypes.CDLL(None).prctl(4, 0, 0, 0, 0) != 0:
    raise SystemExit("cannot hide the flag")
FLAG = os.environ.pop("FLAG")


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        state = int.from_bytes(os.urandom(4), "big")
        streak = 0
        self.wfile.write(b"Guess ten rolls in a row, each from 0 to 999. I roll with x = (1103515245 x + 12345) mod 2^31.\n")
        while streak < 10:
            line = self.rfile.readline(100)
            if not line:
                return
            state = (1103515245 * state + 12345) % 2**31
            roll = state % 1000
            streak = streak + 1 if line.strip() == str(roll).encode() else 0
            self.wfile.write(f"{state} -> {roll}; {streak} in a row\n".encode())
        self.wfile.write(f"{FLAG}\n".encode())


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


Server(("127.0.0.1", 4000), Handler).serve_forever()
