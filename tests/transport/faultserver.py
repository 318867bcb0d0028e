"""An HTTPS server on the loopback that misbehaves as told: a test registers a function for each path."""
import socket
import ssl
import threading


class Request:
    def __init__(self, method, path, headers, body, connection):
        self.method, self.path, self.headers, self.body = method, path, headers, body
        self.connection = connection  # number of the connection it came on, from 1

    @property
    def start(self):
        """First byte asked for by Range, 0 without."""
        value = self.headers.get("range")
        return int(value.removeprefix("bytes=").partition("-")[0]) if value else 0


class Cut(Exception):
    """Raised by a handler to close the socket without a TLS close_notify."""


class Close(Exception):
    """Raised by a handler to close in good order, with close_notify."""


class Reply:
    """What a handler writes with."""

    def __init__(self, sock):
        self.sock = sock

    def send(self, data):
        self.sock.sendall(data if isinstance(data, bytes) else data.encode())

    def head(self, status=200, **headers):
        lines = [f"HTTP/1.1 {status} Something"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.send("\r\n".join(lines) + "\r\n\r\n")

    def answer(self, body, status=200, **headers):
        self.head(status, Content_Length=len(body), **headers)
        self.send(body)


class FaultServer:
    def __init__(self, cert, key, address="127.0.0.1", configure=None):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if configure:
            configure(self.context)
        self.context.load_cert_chain(cert, key)
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.listener = socket.socket(family, socket.SOCK_STREAM)
        self.listener.bind((address, 0))
        self.listener.listen(16)
        self.port = self.listener.getsockname()[1]
        host = f"[{address}]" if ":" in address else address
        self.url = f"https://{host}:{self.port}"
        self.handlers = {}
        self.requests = []
        self.connections = 0
        self.ciphers = []
        self.names = []
        self.context.sni_callback = lambda sock, name, context: self.names.append(name)
        self.done = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def on(self, path, handler):
        """handler(request, reply, n): n counts requests of the path from 0."""
        self.handlers[path] = handler
        return self.url + path

    def count(self, path):
        return sum(r.path == path for r in self.requests)

    def stop(self):
        self.done.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self):
        while not self.done.is_set():
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(sock, self.connections), daemon=True).start()

    def _serve(self, raw, number):
        try:
            sock = self.context.wrap_socket(raw, server_side=True)
        except OSError:
            raw.close()
            return
        self.ciphers.append(sock.cipher())
        stream = sock.makefile("rb")
        try:
            while self._one(sock, stream, number):
                pass
        except Close:
            try:
                sock.unwrap()
            except OSError:
                pass
        except (Cut, OSError):
            pass
        finally:
            stream.close()
            sock.close()

    def _one(self, sock, stream, number):
        line = stream.readline().decode()
        if not line:
            return False
        method, path, _ = line.split()
        headers = {}
        while (line := stream.readline().decode().strip()):
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = stream.read(int(headers.get("content-length", 0)))
        request = Request(method, path, headers, body, number)
        n = self.count(path)
        self.requests.append(request)
        handler = self.handlers.get(path) or self.handlers.get(path.partition("?")[0])
        if handler:
            handler(request, Reply(sock), n)
        else:
            Reply(sock).answer(b'{"error":"missing","message":"no such thing"}', 404)
        return True
