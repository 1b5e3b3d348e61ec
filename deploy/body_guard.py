"""What stands before every body: size, media type, encoding, depth, duplicate keys.

Plain ASGI, outside the framework, because each of these turned into a 500 or a silent choice when
left to it (security 2.4): invalid UTF-8, 100,000-deep nesting, the last of two equal keys winning,
any media type being read as JSON.
"""

import json
import re
import unicodedata
from typing import Any

import msgspec

from deploy.asgi import App, Message, Receive, Scope, Send, reply
from deploy.lane import Lane
from federation.refusals import NotFound, Refusal, TooLarge, UnsupportedMediaType, Validation
from federation.slips import Answer

MOST_BYTES = 256 * 1024
# Files are read line by line, by whoever takes them: each line may be broken on its own.
FILES = {"/v1/batches": "application/x-ndjson", "/v1/admin/imports": "text/csv"}
MOST_BYTES_OF_FILE = 5 * 1024 * 1024
DEEPEST = 32
FLAT = frozenset((str, int, bool))
WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# A text that never ends reaches to the end: looked for again from each quote, it takes minutes.
STRING = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)


class BodyGuard:
    """Reads a request's body whole, refuses what is not plain JSON, and hands on clean bytes."""

    def __init__(self, app: App, lane: Lane | None = None) -> None:
        """`lane` takes what is plain, before the framework."""
        self.app = app
        self._lane = lane

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Guard the API's bodies; everything else passes, but for a path with a NUL in it, which
        names nothing and which PostgreSQL cannot be asked for."""
        if scope["type"] == "http" and "\x00" in scope["path"]:
            await reply(Answer(NotFound.status, NotFound().body()), send)
            return
        if (
            scope["type"] != "http"
            or scope["method"] not in WITH_BODY
            or not scope["path"].startswith("/v1/")
        ):
            await self.app(scope, receive, send)
            return
        try:
            body = await taken(scope, receive)
        except Refusal as refused:
            told = Answer(refused.status, refused.body(), retry_after=refused.retry_after)
            await reply(told, send)
            return
        if self._lane is not None and await self._lane.takes(scope, body, send):
            return
        handed = False

        async def again() -> Message:
            nonlocal handed
            if handed:
                return await receive()
            handed = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, again, send)


async def taken(scope: Scope, receive: Receive) -> bytes:
    """The body of a request: a file of lines as it is, everything else as clean JSON."""
    wanted = FILES.get(scope["path"])
    if wanted is None:
        return clean(await read(receive), media_type(scope))
    if media_type(scope) != wanted:
        raise UnsupportedMediaType
    return await read(receive, MOST_BYTES_OF_FILE)


def media_type(scope: Scope) -> str:
    """The media type of a request, without its parameters."""
    for name, value in scope["headers"]:
        if name == b"content-type":
            if value == b"application/json":
                return "application/json"
            return str(value.decode("latin-1").partition(";")[0].strip().lower())
    return ""


async def read(receive: Receive, most: int = MOST_BYTES) -> bytes:
    """The whole body, up to the bound; beyond it `TooLarge`."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Validation(pointer="")
        part = message.get("body", b"")
        size += len(part)
        if size > most:
            raise TooLarge
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def clean(body: bytes, media_type: str) -> bytes:
    """The body as strict UTF-8 JSON in NFC, of one media type, no key twice, at most 32 deep."""
    if not body:
        return body
    if media_type != "application/json":
        raise UnsupportedMediaType
    if plain(body):
        return body
    try:
        text = body.decode("utf-8")
        if too_deep(text):
            raise Validation(pointer="")
        content = json.loads(text, object_pairs_hook=unique)
        if text.isascii() and "\\u" not in text:
            return body
        composed = unicodedata.normalize("NFC", json.dumps(content, ensure_ascii=False))
        return composed.encode("utf-8")
    except (ValueError, RecursionError):  # UnicodeError and JSONDecodeError are ValueErrors
        raise Validation(pointer="") from None


def plain(body: bytes) -> bool:
    """Whether a body is a flat object of ASCII without an escape, no key twice, no null, as most
    are: told by its quotes, two for each key that was read and two for each text."""
    if b"\\" in body or b"[" in body or body.count(b"{") != 1 or not body.isascii():
        return False
    try:
        content = msgspec.json.decode(body)
    except msgspec.MsgspecError:
        return False
    if type(content) is not dict:
        return False
    kinds = [type(value) for value in content.values()]
    if not FLAT.issuperset(kinds):
        return False
    return body.count(b'"') == 2 * (len(content) + kinds.count(str))


def too_deep(text: str) -> bool:
    """Whether brackets nest deeper than the bound; counted only where there are enough of them."""
    if text.count("{") + text.count("[") <= DEEPEST:
        return False
    depth = 0
    for sign in STRING.sub("", text):
        if sign in "{[":
            depth += 1
            if depth > DEEPEST:
                return True
        elif sign in "}]":
            depth -= 1
    return False


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys are all different and none of which is null: what is not there is left
    out."""
    content = dict(pairs)
    if len(content) != len(pairs) or any(value is None for value in content.values()):
        raise ValueError
    return content
