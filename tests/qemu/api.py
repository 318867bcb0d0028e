"""The service's HTTP API, asked as a program outside would."""
import json
import random
import ssl
import urllib.error
import urllib.request

ANSWER_S = 60
# A service that asks for more patience than this is down, or hostile: it is asked again all the same.
PATIENCE_MAX_S = 120


class Refused(Exception):
    """The service said no."""

    def __init__(self, status, body):
        super().__init__(f"{status}: {body}")
        self.status, self.body = status, body


class Away(Exception):
    """The service was not reached, or can't serve now; another time, and not before `wait_s`: its Retry-After and up to a quarter more,
    for it tells all whom it refuses the same."""

    def __init__(self, text, retry_after=None):
        super().__init__(text)
        asked = (retry_after or "").strip()
        seconds = min(int(asked[:9]), PATIENCE_MAX_S) if asked.isascii() and asked.isdigit() else 0
        self.wait_s = seconds * random.uniform(1, 1.25)


class Api:
    def __init__(self, url, ca, token):
        self.url, self.token = url, token
        # The segment is this machine's own: no proxy that the machine may use for others knows it.
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(
            context=ssl.create_default_context(cafile=ca)))

    def _ask(self, path, data=None):
        request = urllib.request.Request(f"{self.url}{path}", data=data, headers={
            "Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})
        try:
            with self.opener.open(request, timeout=ANSWER_S) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            body = error.read(2000).decode(errors="replace")
            if error.code >= 500 or error.code == 429:
                raise Away(f"{error.code}: {body}", error.headers["Retry-After"]) from None
            raise Refused(error.code, body) from None
        except (OSError, ValueError) as error:
            raise Away(str(error)) from None

    def get(self, path):
        return self._ask(path)

    def post(self, path, body=None):
        return self._ask(path, json.dumps(body if body is not None else {}).encode())
