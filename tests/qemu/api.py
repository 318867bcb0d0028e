"""The service's HTTP API, asked as a program outside would."""
import json
import ssl
import urllib.error
import urllib.request

ANSWER_S = 60


class Refused(Exception):
    """The service said no."""

    def __init__(self, status, body):
        super().__init__(f"{status}: {body}")
        self.status, self.body = status, body


class Away(Exception):
    """The service was not reached, or can't serve now; another time."""


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
                raise Away(f"{error.code}: {body}") from None
            raise Refused(error.code, body) from None
        except (OSError, ValueError) as error:
            raise Away(str(error)) from None

    def get(self, path):
        return self._ask(path)

    def post(self, path, body=None):
        return self._ask(path, json.dumps(body if body is not None else {}).encode())
