"""A mail server on loopback that speaks SMTP for real, and what came to it."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP
from msgspec import structs

from deploy.jobs.tools import Moment, Tools
from deploy.mail.sender import send_letters
from federation import profiles
from federation.profiles import Profile
from tests.mall import Mall, Member


class Mailbox:
    """What came, by address; it may refuse for a while, or for good."""

    def __init__(self, mall: Mall) -> None:
        self.mall = mall
        self.came: defaultdict[str, list[EmailMessage]] = defaultdict(list)
        self.answers: dict[str, str] = {}
        self.url: str | None = None

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get(address, "250 OK")

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        letter = message_from_bytes(envelope.content, policy=default)
        assert isinstance(letter, EmailMessage)
        for reader in envelope.rcpt_tos:
            self.came[reader].append(letter)
        return "250 OK"

    async def sent(self, smtp: str | None = "ours") -> int:
        """Run the job that sends; how many left."""
        hub = self.mall.hub
        url = self.url if smtp == "ours" else smtp
        told = structs.replace(hub.settings, smtp=url, mail_from="point@example.jp")
        tools = Tools(told, hub.pools, hub.desk, hub.clock, hub._keep, hub.mall, hub.gifts)
        return await send_letters(tools, Moment(hub.clock(), hub.clock()))

    async def reader(self, name: str, **more: Any) -> Member:
        """A member with an address."""
        one = await self.mall.member()
        told = Profile(name=name, email=address_of(one), **more)
        async with self.mall.hub.pools.use("worker") as conn:
            await profiles.write(conn, one.member_id, told, self.mall.now)
        return one

    def letters(self, member: Member) -> list[EmailMessage]:
        """What came for a member."""
        return self.came[address_of(member)]


def address_of(member: Member) -> str:
    """An address of the member's own."""
    return f"m{member.member_id}@example.jp"


def said(letter: EmailMessage, kind: str = "plain") -> str:
    """What a letter says, as text or as HTML."""
    part = letter.get_body((kind,))
    assert part is not None
    return str(part.get_content())


@asynccontextmanager
async def mailbox(mall: Mall) -> AsyncIterator[Mailbox]:
    """The server, as long as it is needed."""

    box = Mailbox(mall)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(box), "127.0.0.1", 0)
    box.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield box
    finally:
        server.close()
        await server.wait_closed()
