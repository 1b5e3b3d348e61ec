"""The floor: what HTTP alone costs. Bare ASGI that knows a token by a look into a dictionary,
reads the whole body, and answers with as many bytes as a receipt has.

It verifies no signature and remembers whatever token comes: what a remembered token costs is all
that is measured.
"""

import sys
from collections.abc import Awaitable, Callable
from typing import Any

from bench.serving import serve

Message = dict[str, Any]


def floor(answer: bytes) -> Callable[..., Awaitable[None]]:
    """The app; it answers these bytes."""
    known: dict[bytes, bool] = {}
    headers = [
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),
        (b"content-length", str(len(answer)).encode()),
    ]

    async def app(
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        if scope["type"] == "lifespan":
            await alive(receive, send)
            return
        token = next(said for name, said in scope["headers"] if name == b"authorization")
        if token not in known:
            known[token] = True
        parts = []
        while True:
            message = await receive()
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                break
        assert b"".join(parts)
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    return app


async def alive(
    receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Begin and end as a server asks."""
    for told in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{told}.complete"})


if __name__ == "__main__":
    serve(floor(b'"' + b"x" * (int(sys.argv[2]) - 2) + b'"'), int(sys.argv[1]))
