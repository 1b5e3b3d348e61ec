"""A mall with coupons: an operator who publishes them, members with an app, tills to take them."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from deploy.serve import free_port
from federation import traits
from tests.auth.doors import Doors, StandIn, said_by
from tests.conftest import Given
from tests.mall import Answered, Funding, Mall, Member, Shop, serving, settings_for
from tests.races.hubs import cloned

DRAFT = {
    "kind": "SHOW",
    "benefit": "FIXED",
    "off_yen": 500,
    "from_on": "2026-06-01",
    "to_on": "2026-06-30",
    "reason": "夏の企画",
    "shares": [{"funder": "operator", "weight": 1}],
}


class App:
    """A member's phone, signed in."""

    def __init__(self, mall: Mall, token: str) -> None:
        self.mall = mall
        self._headers = {"authorization": f"Bearer {token}"}

    async def ask(self, method: str, path: str) -> Answered:
        body = b"{}" if method == "POST" else None
        headers = {**self._headers, "content-type": "application/json"}
        async with self.mall.http.request(
            method, self.mall.url + path, headers=headers, data=body
        ) as answer:
            return Answered(answer.status, await answer.read(), answer.headers)

    async def coupons(self) -> dict[str, Any]:
        """All coupons on its screen, by their name."""
        answer = await self.ask("GET", "/v1/me/coupons")
        assert answer.status == 200, answer
        return {one["name"]: one for one in answer.json["coupons"]}

    async def taps(self, coupon: Any, what: str) -> Answered:
        return await self.ask("POST", f"/v1/me/coupons/{coupon['id']}/{what}")


class Town:
    """The mall, and what is done with coupons in it."""

    bakery: Shop
    bookshop: Shop

    def __init__(self, mall: Mall, doors: Doors) -> None:
        self.mall = mall
        self.doors = doors

    async def app(self, member: Member) -> App:
        """A member's app, which may show its coupons."""
        scopes = ["member:coupons"]
        knocker = await self.doors.app(scopes=scopes)
        given = await knocker.fetches(await self._code(knocker, member.member_id, " ".join(scopes)))
        assert given.status == 200, given
        return App(self.mall, given.json["access_token"])

    async def _code(self, knocker: Any, member_id: int, scope: str) -> str:
        page = await knocker.page(member_id, scope=scope)
        sent = await knocker.pressed(page, member_id=member_id)
        assert sent.status == 303, sent
        return str(said_by(sent)["code"])

    async def operates(self, method: str, path: str, **content: Any) -> Answered:
        operator = await self.mall.operator()
        sent = {"json": content} if method == "POST" else {}
        return await operator.ask(method, f"/v1/admin/coupons{path}", **sent)

    async def publishes(self, code: str, **terms: Any) -> None:
        """A coupon that is live; fields of None are left out."""
        asked = {**DRAFT, "code": code, "name": code, "name_en": code, **terms}
        kept = {name: value for name, value in asked.items() if value is not None}
        drafted = await self.operates("POST", "", **kept)
        assert drafted.status == 201, drafted
        await self.steps(code, "publish")

    async def steps(self, code: str, step: str) -> None:
        answer = await self.operates("POST", f"/{code}/{step}", reason="企画どおり")
        assert answer.status == 200, answer

    async def figures(self, code: str) -> Any:
        answer = await self.operates("GET", f"/{code}/figures")
        assert answer.status == 200, answer
        return answer.json

    async def bears(self, member: Member, trait: str) -> None:
        """A member is in a segment this year."""
        day = self.mall.today
        async with self.mall.hub.pools.use("worker") as conn:
            await traits.bear(conn, trait, [member.member_id], (day, day.replace(month=12)))


def use(shop: Shop, member: Member, coupon: str, yen: int, **more: Any) -> dict[str, Any]:
    """The body of a use by the member's card."""
    told = {"payable_yen": yen, "receipt_no": f"R{next(shop.mall.numbers)}", "coupon": coupon}
    return shop.asked(member, **{**told, **more})


def scan(shop: Shop, code: str, yen: int, **more: Any) -> dict[str, Any]:
    """The body of a use by the code on a member's screen."""
    body = use(shop, Member(0, ""), "", yen, scan=code, **more)
    return {name: value for name, value in body.items() if name not in ("card", "coupon")}


async def takes(shop: Shop, body: dict[str, Any]) -> Answered:
    """A till takes a coupon."""
    return await shop.post("/v1/coupon-uses", **body)


@asynccontextmanager
async def open_town(
    given: Given, template: str, folder: Path, name: str, funding: Funding = "at-redemption"
) -> AsyncIterator[Town]:
    """A hub of its own, with doors for members' apps."""
    with cloned(given.database_url, template, name) as url:
        port = free_port(20_000 + secrets.randbelow(10_000))
        settings = settings_for(url, given.redis_url, folder)
        settings = msgspec.structs.replace(settings, issuer=f"http://127.0.0.1:{port}")
        sign_in = StandIn()
        async with serving(settings, sign_in=sign_in, port=port, funding=funding) as mall:
            town = Town(mall, Doors(mall, sign_in))
            town.bakery, town.bookshop = await mall.shops("bakery", "bookshop")
            yield town
