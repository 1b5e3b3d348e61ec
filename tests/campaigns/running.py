"""Two people of the operator who run campaigns, as their clients ask."""

from datetime import date
from typing import Any

from tests.mall import Answered, Mall
from tests.office import REASON, Office, office

JUNE = (date(2026, 6, 1), date(2026, 6, 30))
PLAN = {
    "metric": "sales",
    "from_on": "2026-06-01",
    "to_on": "2026-06-30",
    "no_control_reason": "全会員が対象",
}


def body_of(code: str, **more: Any) -> dict[str, Any]:
    """A draft as it is sent; fields of None are left out."""
    body = {
        "code": code,
        "name": code,
        "name_en": code,
        "reason": REASON,
        "from_on": JUNE[0].isoformat(),
        "to_on": JUNE[1].isoformat(),
        "multiplier": 5,
        "shares": [{"funder": "tenant", "weight": 1}],
        "plan": PLAN,
        **more,
    }
    return {name: value for name, value in body.items() if value is not None}


class Running:
    """An author, and another person who reads what was written."""

    def __init__(self, mall: Mall, author: Office, other: Office) -> None:
        self.mall = mall
        self.author = author
        self.other = other

    async def draft(self, code: str, **more: Any) -> Answered:
        """Write a campaign of June down: x5, paid by the tenant, unless said otherwise."""
        return await self.author.client.post("/v1/admin/campaigns", **body_of(code, **more))

    async def rewrite(self, code: str, who: Office | None = None, **more: Any) -> Answered:
        """Write its draft anew."""
        client = (who or self.author).client
        path = f"/v1/admin/campaigns/{code}"
        return await client.ask("PUT", path, json=body_of(code, **more))

    async def step(self, code: str, path: str, who: Office | None = None, **more: Any) -> Answered:
        """One step of its life."""
        client = (who or self.author).client
        return await client.post(f"/v1/admin/campaigns/{code}/{path}", reason=REASON, **more)

    async def live(self, code: str, **more: Any) -> None:
        """Written, read and started."""
        for answer in (
            await self.draft(code, **more),
            await self.step(code, "review", self.other),
            await self.step(code, "start"),
        ):
            assert answer.status < 300, answer
        await self.heard()

    async def to(self, code: str, state: str, **more: Any) -> Answered:
        """Pause, resume, end, drop it."""
        return await self.step(code, "steps", to=state, **more)

    async def told(self, code: str, rest: str = "", **query: Any) -> Any:
        """What the office reads of it."""
        answer = await self.author.client.get(f"/v1/admin/campaigns/{code}{rest}", **query)
        assert answer.status == 200, answer
        return answer.json

    async def heard(self) -> None:
        """What moved is known here, as the bell makes it known elsewhere."""
        self.mall.hub.forget()


async def running(mall: Mall) -> Running:
    """An author and a reviewer."""
    return Running(mall, await office(mall), await office(mall))


def extra(receipt: Any, code: str) -> int:
    """The points that a campaign gave on a sale."""
    return sum(one["points"] for one in receipt["grants"] if one["rule"] == f"campaign:{code}")
