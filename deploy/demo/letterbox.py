"""デモの郵便受け: every letter that the demo's hub sends lands here, and is read on the screen."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import click
from aiosmtpd.smtp import SMTP, Envelope

TAKEN = "250 OK"


class Letterbox:
    """Takes each letter, and shows whom it is for and what it says."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's own
        """One letter has come."""
        letter = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert isinstance(letter, EmailMessage)
        text = letter.get_body(("plain",))
        click.echo(f"\n✉ {letter['To']}  {letter['Subject']}")
        for line in text.get_content().splitlines() if text else ():
            click.echo(f"  {line}")
        return TAKEN


@contextmanager
def letterbox() -> Iterator[str]:
    """The address of an SMTP server on loopback, for as long as the demo serves."""
    door, loop = socket.create_server(("127.0.0.1", 0)), asyncio.new_event_loop()

    async def listens() -> asyncio.Server:
        return await loop.create_server(lambda: SMTP(Letterbox()), sock=door)

    thread = threading.Thread(target=loop.run_forever, name="letterbox", daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(listens(), loop).result()
    try:
        yield f"smtp://127.0.0.1:{door.getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
