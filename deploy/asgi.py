"""ASGI's words, and an answer said without the framework."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from federation.slips import Answer

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

JSON = (b"content-type", b"application/json")
PROBLEM = (b"content-type", b"application/problem+json")
NO_STORE = (b"cache-control", b"no-store")
NO_GUESSING = (b"x-content-type-options", b"nosniff")
REPLAYED = (b"idempotent-replayed", b"true")
CHALLENGE = (b"www-authenticate", b'Bearer error="invalid_token"')


async def reply(answer: Answer, send: Send) -> None:
    """Say an answer: its very bytes, and whether they were said before."""
    headers = [
        PROBLEM if answer.status >= 400 else JSON,
        NO_STORE,
        NO_GUESSING,
        (b"content-length", b"%d" % len(answer.body)),
    ]
    if answer.replayed:
        headers.append(REPLAYED)
    if answer.status == 401:
        headers.append(CHALLENGE)
    if answer.retry_after is not None:
        headers.append((b"retry-after", b"%d" % answer.retry_after))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
