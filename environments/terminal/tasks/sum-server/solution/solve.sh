#!/bin/bash
cat > /app/serve.py <<'END'
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlsplit(self.path)
        if url.path != "/sum":
            return self.answer(404, {"error": "not found"})
        total = 0
        for value in parse_qs(url.query, keep_blank_values=True).get("n", []):
            try:
                total += int(value)
            except ValueError:
                return self.answer(400, {"error": f"not a number: {value}"})
        self.answer(200, {"sum": total})

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
END
