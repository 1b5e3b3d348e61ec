"""ショートメッセージ: a code for a phone, handed to whatever sends text messages for this instance.

No provider is known here: the adapter posts the two fields below to one fixed address, over TLS or
on this machine, and takes any 2xx for "on its way" (docs/members.md has the wire format).
"""

import logging
from urllib.parse import urlsplit

import aiohttp
from msgspec import Struct, json

from auth.people.mail import is_here

log = logging.getLogger("meguri.texts")
PATIENCE = aiohttp.ClientTimeout(total=10)


class Message(Struct, frozen=True):
    """What is posted: a number in E.164 and a short text."""

    to: str
    text: str


class Texts:
    """The sender of one process; without an address nothing leaves, and phones cannot sign up."""

    def __init__(self, url: str | None, key: str = "") -> None:
        """`key` is the bearer's token that goes with each message."""
        self._url = url or ""
        self._key = key
        parts = urlsplit(self._url)
        self.on = bool(url)
        if self.on and not (parts.scheme == "https" or is_here(parts.hostname or "")):
            raise SystemExit("MEGURI_TEXTS: https だけです / https only")

    async def send(self, phone: str, text: str) -> None:
        """Send one text; what could not be sent is logged without its number or content."""
        headers = {"content-type": "application/json", "authorization": f"Bearer {self._key}"}
        body = json.encode(Message(e164(phone), text))
        try:
            async with (
                aiohttp.ClientSession(timeout=PATIENCE) as http,
                http.post(self._url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                if answer.status // 100 != 2:
                    log.warning("a text was not taken", extra={"status": answer.status})
        except (aiohttp.ClientError, TimeoutError, OSError):
            log.warning("a text could not be sent")


def e164(phone: str) -> str:
    """A Japanese number as the world writes it: 09012345678 is +819012345678."""
    return f"+81{phone.removeprefix('0')}"
