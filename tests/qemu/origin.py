"""An HTTPS origin that misbehaves on purpose: it refuses HEAD as S3 does for a URL signed for GET, gives each answer
another ETag as nodes of one service may, cuts answers, and counts how often it was asked."""
import http.server
import itertools
import pathlib
import re
import ssl
import sys
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves one file with Range; each answer of a list of shares ends its connection there."""
    protocol_version = "HTTP/1.1"
    file, cuts, answers, lock = None, [], itertools.count(), threading.Lock()

    def _range(self, size):
        match = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not match:
            return 0, size, 200
        return int(match[1]), int(match[2]) + 1 if match[2] else size, 206

    def _head(self):
        size = self.file.stat().st_size
        start, end, status = self._range(size)
        self.send_response(status)
        self.send_header("Content-Length", str(end - start))
        self.send_header("ETag", f'"{size:x}-{next(self.answers)}"')
        self.send_header("Accept-Ranges", "bytes")
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{size}")
        self.end_headers()
        return start, end, size

    def do_HEAD(self):
        self.send_response(403)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self):
        start, end, size = self._head()
        with self.lock:
            cut = int(size * self.cuts[0] / 100) if self.cuts else None
            if cut is not None and start < cut < end:
                self.cuts.pop(0)
                end = cut
            else:
                cut = None
        with open(self.file, "rb") as source:
            source.seek(start)
            while start < end:
                block = source.read(min(65536, end - start))
                self.wfile.write(block)
                start += len(block)
        if cut is not None:
            self.connection.close()
            self.close_connection = True

    def log_message(self, format, *args):
        print(f"{self.command} {self.headers.get('Range', '-')} {format % args}", flush=True)


def main(address, port, data, file, cuts):
    Handler.file = pathlib.Path(file)
    Handler.cuts = [int(cut) for cut in cuts.split(",") if cut]
    server = http.server.ThreadingHTTPServer((address, int(port)), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{data}/server.pem", f"{data}/server.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    print("listening", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
