"""Somebody who writes into the old platform's server all the time."""
import subprocess
import threading
import time

from common import PATIENCE_S


class Writer:
    """A client without special rights: row after row, each known to be there once the server has said so."""

    def __init__(self, client, table, pause_s=0.005):
        self.acknowledged, self.table, self.pause_s, self.ending = [], table, pause_s, False
        self.process = subprocess.Popen(client, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1,
                                        start_new_session=True)
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self.write, self.listen, self.drain)]
        self.errors = []
        for thread in self.threads:
            thread.start()

    def write(self):
        number = 0
        try:
            while not self.ending:
                number += 1
                self.process.stdin.write(f"INSERT INTO {self.table} VALUES ({number}, REPEAT('x', 100)) RETURNING id;\n")
                time.sleep(self.pause_s)
            self.process.stdin.close()
        except (BrokenPipeError, OSError):
            pass

    def listen(self):
        for line in self.process.stdout:
            self.acknowledged.append(int(line))

    def drain(self):
        for line in self.process.stderr:
            self.errors.append(line)

    def stop(self):
        """What the server has acknowledged. A slow one has some hundred rows in hand by now."""
        self.ending = True
        self.threads[0].join(PATIENCE_S)
        self.process.wait(PATIENCE_S)
        for thread in self.threads:
            thread.join(PATIENCE_S)
        return self.acknowledged
