"""newroot-server as the tests drive it: a data folder, the command line, and an HTTPS client."""
import http.client
import json
import os
import signal
import ssl
import subprocess
import uuid

import openapi
from common import BUILD, PATIENCE_S, free_port, until

OWN = "https://127.0.0.1:8443/v1/archives/"


def job_of(*paths, **members):
    """A job that names archives of the service's own."""
    return {"newroot": 1, "volumes": [{"name": "root", "size": "rest", "mount": "/"}],
            "archives": [{"to": f"/{i}" if i else "/", "url": OWN + path, "sha256": "none"} for i, path in enumerate(paths)], **members}


JOB = job_of("root.tar", "vm1/root.tar", "vm1/data.tar")
MAC = "52:54:00:00:00:11"
OTHER = "52:54:00:00:00:12"


class Answer:
    """What came back, read to its end."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)


class Service:
    def __init__(self, program, folder):
        self.program, self.data = program, folder / "data"
        self.process = self.port = None

    def run(self, *argv):
        return subprocess.run([self.program, *map(str, argv)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=PATIENCE_S)

    def cli(self, command, *argv):
        """A command that must succeed; what it printed."""
        done = self.run(command, "--data", self.data, *argv)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def init(self, *argv):
        self.cli("init", "--name", "localhost", "--address", "127.0.0.1", *argv)

    def add(self, name, mac=MAC, *argv, job=None, token="none"):
        file = self.data.parent / f"{name}.json"
        file.write_text(json.dumps(job or JOB))
        return self.cli("add", name, "--mac", mac, "--job", file, "--token", token, *argv)

    def start_with(self, **groups):
        """A new service with VMs by their names, each in its group, the first with MAC, the others with OTHER."""
        self.init()
        for (name, group), mac in zip(groups.items(), (MAC, OTHER), strict=True):
            self.add(name, mac, "--group", group)
        self.start()

    @property
    def operator(self):
        return (self.data / "operator.token").read_text().strip()

    @property
    def creator(self):
        return (self.data / "creator.token").read_text().strip()

    def token(self, mac=MAC):
        """As the boot entry tells it: the service writes that a moment after the change that asks for it."""
        path = self.data / "boot" / "pxelinux.cfg" / f"01-{mac.replace(':', '-')}"
        entry = until(lambda: "newroot.token=" in (text := path.read_text()) and text, path.read_text)
        return entry.split("newroot.token=")[1].split()[0]

    def show(self, name):
        return json.loads(self.cli("show", name, "--json"))

    def start(self, *argv, **kwargs):
        """At the same port each time."""
        listen = f"127.0.0.1:{self.port or free_port()}"
        self.process = subprocess.Popen([self.program, "serve", "--data", self.data, "--listen", listen, *argv],
                                        stdout=subprocess.PIPE, stderr=open(self.data.parent / "log", "ab"), text=True, **kwargs)
        line = self.process.stdout.readline()
        assert "listening on 127.0.0.1:" in line, f"{line!r}: {self.log()}"
        self.port = int(line.rsplit(":", 1)[1])

    def log(self):
        return (self.data.parent / "log").read_text(errors="replace")

    def warnings(self):
        """Lines of the log; but for the one that tests run the service as root."""
        return [line for line in self.log().splitlines() if " warning: " in line and "runs as root" not in line]

    def kill(self):
        """As a power cut of the process: nothing is flushed."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        """SIGTERM; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)

    def close(self):
        if self.process and self.process.poll() is None:
            assert self.stop() == 0, self.log()

    def context(self):
        context = ssl.create_default_context(cafile=str(self.data / "ca.pem"))
        return context

    def connect(self, host="127.0.0.1"):
        return http.client.HTTPSConnection(host, self.port, context=self.context(), timeout=PATIENCE_S)

    def request(self, method, path, body=None, token=None, connection=None, headers=None):
        connection = connection or self.connect()
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        connection.request(method, path, body=body, headers=headers)
        answer = Answer(connection.getresponse())
        openapi.check(method, path, body, answer)
        return answer

    def get(self, path, **kwargs):
        return self.request("GET", path, **kwargs)

    def ask(self, path, **kwargs):
        """An operator's GET that must succeed; its JSON."""
        answer = self.get(path, token=self.operator, **kwargs)
        assert answer.status == 200, answer.body
        return answer.json

    def act(self, path, body=None, **kwargs):
        """An operator's POST."""
        return self.request("POST", path, body=None if body is None else json.dumps(body), **{"token": self.operator, **kwargs})

    def login(self):
        """A session, as the headers that show it."""
        answer = self.request("POST", "/v1/login", body=json.dumps({"token": self.operator}))
        assert answer.status == 200, answer.body
        return {"Cookie": answer.headers["Set-Cookie"].split(";")[0], "Content-Type": "application/json"}

    def stream(self, path, headers=None, token=None):
        return Stream(self, path, headers, token or (None if headers else self.operator))

    def post(self, events, mac=MAC, **kwargs):
        body = events if isinstance(events, (str, bytes)) else json.dumps(events)
        return self.request("POST", f"/v1/events?mac={mac}", body=body, **kwargs)


class Stream:
    """Server-sent events: one dict a message, read as they come."""

    def __init__(self, service, path, headers, token):
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self.connection = service.connect()
        self.connection.request("GET", path, headers=headers)
        self.response = self.connection.getresponse()
        self.status = self.response.status
        self.comments = 0
        if self.status != 200:
            openapi.check("GET", path, None, Answer(self.response))

    def read(self):
        """The next message, or None at the end; comments and the retry time are passed over."""
        message = {}
        while line := self.response.readline().decode():
            name, _, value = line.rstrip("\n").partition(": ")
            if name == "":
                self.comments += bool(value)
            elif name != "retry":
                message[name] = json.loads(value) if name == "data" else value
            if line == "\n" and message:
                return message
        return None

    def until(self, wanted):
        """All messages up to the one that is wanted."""
        messages = []
        while (message := self.read()) is not None:
            messages.append(message)
            if wanted(message):
                return messages
        raise AssertionError(f"the stream ended after {messages[-3:]}")

    def close(self):
        self.response.close()
        self.connection.close()


class Boot:
    """One boot of an agent: numbers its events."""

    def __init__(self):
        self.id, self.seq = str(uuid.uuid4()), 0

    def event(self, type_, **members):
        self.seq += 1
        return {"boot": self.id, "seq": self.seq, "ms": 1700000000000 + self.seq, "type": type_, **members}


def programs():
    """The product, and the same under ASan and UBSan when it was built."""
    found = [os.environ["NEWROOT_SERVER"]] if "NEWROOT_SERVER" in os.environ else [
        BUILD / "newroot-server", BUILD / "server-san" / "newroot-server"]
    return [program for program in found if os.path.exists(program)]
