import ctypes
import os
import socketserver

# Who cannot trace this process can read neither its memory nor its variables (prctl, PR_SET_DUMPABLE).
if ctypes.CDLL(None).prctl(4, 0, 0, 0, 0) != 0:
    raise SystemExit("cannot hide the flag")
FLAG = os.environ.pop("FLAG")

SECRET = os.urandom(8)


def sign(text):
    total = sum(SECRET)
    for character in text.encode():
        total += character
    return total % 65536


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"Commands: badge NAME (a signed badge, role guest), enter BADGE (the vault wants role admin)\n")
        for line in self.rfile:
            command, _, rest = line.decode(errors="replace").strip().partition(" ")
            said = "what?"
            if command == "badge" and rest.isalnum():
                text = f"name={rest};role=guest"
                said = f"{text};{sign(text)}"
            elif command == "enter":
                text, _, mark = rest.rpartition(";")
                fields = dict(field.split("=", 1) for field in text.split(";") if "=" in field)
                if mark != str(sign(text)):
                    said = "this badge is not signed by me"
                else:
                    said = FLAG if fields.get("role") == "admin" else f"hello {fields.get('name')}"
            self.wfile.write(f"{said}\n".encode())


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


Server(("127.0.0.1", 4000), Handler).serve_forever()
