"""Access tokens from the hub's own endpoint, renewed before they run out."""

import time
from base64 import b64encode
from http.client import HTTPConnection
from urllib.parse import urlencode

import msgspec

from bench.ground import Counter

RENEW_AFTER = 200.0  # seconds; a token lives for 300


class Tokens:
    """One token per till."""

    def __init__(self, counters: tuple[Counter, ...], port: int) -> None:
        self._counters = counters
        self._port = port
        self._asked_at = -RENEW_AFTER
        self.current: list[str] = []

    @property
    def old(self) -> bool:
        """Whether it is time for new ones."""
        return time.monotonic() - self._asked_at > RENEW_AFTER

    def renew(self) -> None:
        """A new token for each till."""
        self._asked_at = time.monotonic()
        line = HTTPConnection("127.0.0.1", self._port)
        self.current = [ask(line, one) for one in self._counters]
        line.close()


def ask(line: HTTPConnection, counter: Counter) -> str:
    """A token for a till's client."""
    word = b64encode(f"{counter.client_id}:{counter.credential}".encode()).decode()
    line.request(
        "POST",
        "/oauth/token",
        urlencode({"grant_type": "client_credentials"}),
        {"authorization": f"Basic {word}", "content-type": "application/x-www-form-urlencoded"},
    )
    answer = line.getresponse()
    told = answer.read()
    assert answer.status == 200, told
    return str(msgspec.json.decode(told)["access_token"])
