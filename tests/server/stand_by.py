"""
An agent that stands by: it trusts the anchors of its own file and nothing else, tells which these are, and keeps what it is told instead.
As a program, so that its clock can be shifted: `stand_by.py PORT MAC ANCHORS [TOKEN]` says one heartbeat for each line that it reads.
"""
import hashlib
import http.client
import json
import ssl
import sys
import uuid


class StandBy:
    def __init__(self, port, mac, anchors, token=None):
        self.port, self.mac, self.anchors, self.token = port, mac, anchors, token
        self.boot, self.seq = str(uuid.uuid4()), 0

    def event(self, type_, **members):
        self.seq += 1
        return {"boot": self.boot, "seq": self.seq, "ms": 1700000000000 + self.seq, "type": type_, **members}

    def say(self, *events, learn=True):
        """Over a connection of its own, so that the certificate is looked at each time."""
        with open(self.anchors, "rb") as file:
            known = hashlib.sha256(file.read()).hexdigest()
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=ssl.create_default_context(cafile=self.anchors), timeout=60)
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        connection.request("POST", f"/v1/events?mac={self.mac}&anchors={known}", json.dumps(events or [self.event("heartbeat")]), headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
        connection.close()
        assert response.status == 200, answer
        if learn and "anchors" in answer:
            with open(self.anchors, "w", encoding="ascii") as file:
                file.write(answer["anchors"])
        return answer

    def stand_by(self):
        return self.say(*(self.event("state", state=state) for state in ("configuring", "installed", "first boot", "complete")))


def main(port, *who):
    agent = StandBy(int(port), *who)
    agent.stand_by()
    for _ in sys.stdin:
        print(json.dumps(agent.say()), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
