import ctypes
import os
import socketserver

# Who cannot trace this process can read neither its memory nor its variables (prctl, PR_SET_DUMPABLE).
if ctypes.CDLL(None).prctl(4, 0, 0, 0, 0) != 0:
    raise SystemExit("cannot hide the flag")
FLAG = os.environ.pop("FLAG")

PRICES = {"pen": 3, "book": 20, "flag": 100_000}


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        money, owned = 50, {}
        self.wfile.write(b"You have 50 coins. Commands: list, buy THING COUNT, own, quit\n")
        for line in self.rfile:
            words = line.decode(errors="replace").split()
            if words[:1] == ["list"]:
                said = ", ".join(f"{thing} {price}" for thing, price in PRICES.items())
            elif words[:1] == ["own"]:
                said = f"{money} coins; " + ", ".join(f"{count} {thing}" for thing, count in owned.items())
            elif words[:1] == ["buy"] and len(words) == 3 and words[1] in PRICES and words[2].lstrip("-").isdigit():
                cost = PRICES[words[1]] * int(words[2])
                if cost > money:
                    said = "you cannot pay that"
                else:
                    money -= cost
                    owned[words[1]] = owned.get(words[1], 0) + int(words[2])
                    said = f"done; {money} coins left"
                    if owned.get("flag", 0) > 0:
                        said = FLAG
            elif words[:1] == ["quit"]:
                return
            else:
                said = "what?"
            self.wfile.write(f"{said}\n".encode())


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


Server(("127.0.0.1", 4000), Handler).serve_forever()
