"""A purchase that is about to be made, and everything that may be wrong with it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import msgspec
import psycopg

from auth import clients
from auth.scopes import TILL
from deploy.body_guard import MOST_BYTES
from deploy.clock import wall
from tenants import layout
from tests.mall import Answered, Client, Mall, Member, Shop

UNKNOWN = "6304999999999999"


class Scene:
    """A member with one point at a shop, about to buy for one point and 1,000 yen."""

    def __init__(self, shop: Shop, member: Member, sold: dict[str, Any]) -> None:
        self.mall = shop.mall
        self.shop = shop
        self.member = member
        self.sold = sold
        self.client: Client = shop
        self.headers = {"content-type": "application/json"}
        self.body = shop.sale(member, 1_000, points=1, lines=[{"amount_yen": 1_001}])
        self.last = lambda body: body

    async def send(self) -> Answered:
        """The purchase, by whoever is the client by now."""
        token = {"authorization": f"Bearer {await self.client.token()}"}
        return await self.client.ask(
            "POST",
            "/v1/purchases",
            data=self.last(msgspec.json.encode(self.body)),
            headers={**token, **self.headers},
        )

    async def asked(self) -> Answered:
        """What became of its slip, as the shop's own client can ask."""
        return await self.shop.get("/v1/slips", till="T01", slip=self.body["slip"])

    async def change(self, query: str, *sent: Any, role: str = "worker") -> None:
        """A change in the books that concerns one member."""
        async with await psycopg.AsyncConnection.connect(self.mall.hub.settings.url(role)) as conn:
            await conn.execute(query, sent)

    async def lay_out(self, query: str, *sent: Any) -> None:
        """A change of who takes part, which raises the doors' counter; no bell is rung."""
        async with self.mall.hub.pools.use("worker") as conn:
            await conn.execute(query, sent)
            await layout.moved(conn)


async def begun(mall: Mall) -> Scene:
    """A scene at a shop of its own."""
    shop, member = await mall.shop(f"shop-{next(mall.numbers)}"), await mall.member()
    mall.hub.forget()  # as the bell does
    sold = shop.sale(member, 110)
    assert (await shop.post("/v1/accruals", **sold)).status == 201
    await shop.quote(member)  # the gate remembers its token from here on
    return Scene(shop, member, sold)


async def too_large(scene: Scene) -> None:
    scene.last = lambda body: body.ljust(MOST_BYTES + 1)


async def as_text(scene: Scene) -> None:
    scene.headers["content-type"] = "text/plain"


async def cut_short(scene: Scene) -> None:
    scene.last = lambda body: body[:-1]


async def without_token(scene: Scene) -> None:
    scene.headers["authorization"] = ""


async def without_scope(scene: Scene) -> None:
    narrow = await scene.mall.register(scene.shop.tenant, TILL, ["points:accrue", "points:quote"])
    scene.client = Client(scene.mall, scene.shop.tenant, narrow)


async def with_a_shop_in_it(scene: Scene) -> None:
    scene.body["shop"] = "another"


async def at_a_till_unknown(scene: Scene) -> None:
    scene.body["till"] = "T99"


async def by_a_client_shut_out(scene: Scene) -> None:
    async with scene.mall.hub.pools.bare("worker") as conn:
        assert await clients.revoke(conn, scene.client.client_id, wall())
    scene.mall.hub.forget()  # as every process does within a second


async def of_a_tenant_suspended(scene: Scene, state: str = "suspended") -> None:
    suspend = "UPDATE tenants.tenants SET state = %s WHERE tenant_id = %s"
    await scene.lay_out(suspend, state, scene.shop.tenant_id)


async def at_a_till_stopped(scene: Scene) -> None:
    async with scene.mall.hub.pools.bare("worker") as conn:
        assert await clients.revoke_till(conn, scene.shop.tenant, "T01")


async def under_a_used_slip(scene: Scene) -> None:
    scene.body["slip"] = scene.sold["slip"]


async def with_a_fast_clock(scene: Scene) -> None:
    scene.body["at"] = (scene.mall.now + timedelta(minutes=6)).isoformat()


async def of_another_day(scene: Scene) -> None:
    scene.body["business_date"] = (scene.mall.today - timedelta(days=2)).isoformat()


async def with_a_card_unknown(scene: Scene) -> None:
    scene.body["card"] = UNKNOWN


async def with_a_card_stopped(scene: Scene, state: str = "stopped") -> None:
    stop = "UPDATE federation.carriers SET state = %s WHERE carrier = %s"
    await scene.change(stop, state, scene.member.card)


async def for_a_receipt_that_earned(scene: Scene) -> None:
    scene.body["receipt_no"] = scene.sold["receipt_no"]


async def with_lines_that_do_not_sum(scene: Scene) -> None:
    scene.body["lines"] = [{"amount_yen": 1_000}]


async def from_a_wallet_frozen(scene: Scene, state: str = "frozen") -> None:
    freeze = "UPDATE federation.wallets SET state = %s WHERE member_id = %s"
    await scene.change(freeze, state, scene.member.member_id)


async def by_one_who_owes(scene: Scene) -> None:
    short = (
        "INSERT INTO federation.shortages (member_id, entry_id, part, tenant_id, shop_id, "
        "funder_id, rule, scheme_id, met, points, cycle_id, booked_at) "
        "VALUES (%s, 1, 0, 1, 1, 1, 'base', 1, 'owed', %s, 20260601, '2026-06-03')"
    )
    owe = "UPDATE federation.wallets SET points_owed = %s WHERE member_id = %s"
    await scene.change(short, scene.member.member_id, 5, role="desk")
    await scene.change(owe, 5, scene.member.member_id, role="desk")


async def by_a_number_alone(scene: Scene) -> None:
    yesterday = scene.mall.today - timedelta(days=1)
    await scene.mall.agree(scene.shop, yesterday, static_card_limit_points=0)


async def with_points_that_are_gone(scene: Scene) -> None:
    await scene.shop.accepts(scene.member, 1)


Fault = Callable[[Scene], Awaitable[None]]


def named(fault: Any) -> str | None:
    return fault.__name__ if callable(fault) else None
