"""The operator's office, as its clients ask: each request bears the mall's date and a next slip."""

import itertools
from typing import Any

from auth.scopes import OPERATOR
from tests.mall import Answered, Client, Mall, Member, scopes_of

REASON = "窓口で確認"


class Office:
    """One person at the operator's office; another has a client of its own."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.mall = client.mall

    def asked(self, **more: Any) -> dict[str, Any]:
        """A request's fields with today's date and a slip of its own."""
        return {
            "slip": f"O-{next(self.mall.numbers)}",
            "till": "office",
            "business_date": self.mall.today.isoformat(),
            "at": self.mall.now.isoformat(),
            "reason": REASON,
            **more,
        }

    def handle(self, member: Member) -> str:
        """The operator's own handle of a member."""
        return self.mall.hub.names.seal("member", 1, member.member_id)

    def path(self, member: Member, rest: str = "") -> str:
        """Where a member stands."""
        return f"/v1/admin/members/{self.handle(member)}{rest}"

    async def adjust(self, member: Member, points: int, **more: Any) -> Answered:
        """Give or take points."""
        told = {"member": self.handle(member), "points": points, "funder": "operator", **more}
        return await self.client.post("/v1/admin/adjustments", **self.asked(**told))

    async def merge(self, source: Member, target: Member, **more: Any) -> Answered:
        """Make two members one."""
        both = {"source": self.handle(source), "target": self.handle(target)}
        return await self.client.post("/v1/admin/merges", **self.asked(**both, **more))

    async def withdraw(self, member: Member, **more: Any) -> Answered:
        """Let a member go."""
        return await self.client.post(self.path(member, "/withdrawal"), **self.asked(**more))

    async def undo(self, slip: str, **more: Any) -> Answered:
        """Undo a slip of the office."""
        return await self.client.post("/v1/admin/reversals", **self.asked(of=slip, **more))

    async def replace(self, member: Member, old: str, new: str) -> Answered:
        """Give a member another card."""
        body = {"old_card": old, "new_card": new, "reason": REASON}
        return await self.client.post(self.path(member, "/cards"), **body)

    async def add(self, member: Member, **carrier: str) -> Answered:
        """Let something else lead to a member."""
        return await self.client.post(self.path(member, "/carriers"), **carrier, reason=REASON)

    async def freeze(self, member: Member, word: str = "freeze") -> Answered:
        """Stop a member's points from being spent, or `unfreeze` them."""
        return await self.client.post(self.path(member, f"/{word}"), reason=REASON)

    async def write(self, member: Member, **profile: Any) -> Answered:
        """Write who a member is."""
        return await self.client.ask("PUT", self.path(member, "/profile"), json=profile)

    async def sends(self, content: bytes, **headers: str) -> Answered:
        """Send a file of members."""
        return await self.client.post_bytes(
            "/v1/admin/imports", content, **{"content-type": "text/csv", **headers}
        )


async def office(mall: Mall) -> Office:
    """A person at the office."""
    registered = await mall.register("operator", OPERATOR, scopes_of(OPERATOR))
    return Office(Client(mall, "operator", registered))


CARDS = itertools.count(6304_0000_0000_0001)


def card() -> str:
    """A card that nobody has yet."""
    return str(next(CARDS))
