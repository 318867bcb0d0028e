"""An agent as the service hears it: events with the time of now, over HTTPS."""
import time

from service import Boot


class Agent:
    def __init__(self, service, mac):
        self.service, self.mac, self.boot = service, mac, Boot()
        self.began = {}

    def say(self, *events):
        answer = self.service.post(list(events), mac=self.mac)
        assert answer.status == 200, answer.body
        return answer.json

    def event(self, type_, **members):
        return {**self.boot.event(type_, **members), "ms": int(time.time() * 1000)}

    def state(self, state):
        return self.say(self.event("state", state=state))

    def begin(self, step):
        self.began[step] = time.monotonic()
        return self.say(self.event("begin", step=step))

    def end(self, step, ok=True, bytes=0):
        ms = int((time.monotonic() - self.began[step]) * 1000)
        return self.say(self.event("end", step=step, ok=ok, ms_taken=ms, bytes=bytes))

    def step(self, *steps):
        for step in steps:
            self.begin(step)
            self.end(step)

    def progress(self, step, item, done, total, rate):
        return self.say(self.event("progress", step=step, item=item, done=done, total=total, rate=rate))

    def note(self, text):
        return self.say(self.event("note", text=text))

    def fail(self, step, code, where, message, stderr=(), kernel=()):
        """As an agent does it: the step ends, the error says why, the state follows."""
        self.say(self.event("end", step=step, ok=False, ms_taken=1, bytes=0),
                 self.event("error", step=step, code=code, where=where, message=message, stderr=list(stderr), kernel=list(kernel)),
                 self.event("state", state="error"))
