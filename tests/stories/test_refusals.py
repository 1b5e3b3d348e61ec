"""Which refusal comes first, which ones are remembered, and who is not let in at all."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import msgspec
import psycopg
import pytest

from auth import clients
from auth.scopes import TILL
from deploy.body_guard import MOST_BYTES
from deploy.clock import wall
from federation.join import join
from tenants import layout
from tests.conftest import Given
from tests.mall import LONG_AGO, Answered, Client, Mall, Member, Shop, serving, settings_for
from tests.races.hubs import cloned

UNKNOWN = "6304999999999999"


@pytest.fixture(scope="module")
async def mall(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mall]:
    """One hub for all the refusals; each has a tenant of its own."""
    folder = tmp_path_factory.mktemp("refusals")
    with cloned(given.database_url, template, "meguri_test_refusals") as url:
        async with serving(settings_for(url, given.redis_url, folder)) as ours:
            yield ours


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


@pytest.fixture
async def scene(mall: Mall) -> Scene:
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
IN_ORDER: list[tuple[Fault, int, str]] = [
    (too_large, 413, "too-large"),
    (as_text, 415, "unsupported-media-type"),
    (cut_short, 400, "validation"),
    (without_token, 401, "invalid-token"),
    (without_scope, 403, "insufficient-scope"),
    (by_a_client_shut_out, 401, "invalid-token"),
    (with_a_shop_in_it, 400, "validation"),
    (at_a_till_unknown, 404, "not-found"),
    (of_a_tenant_suspended, 409, "tenant-suspended"),
    (at_a_till_stopped, 409, "till-not-active"),
    (under_a_used_slip, 422, "slip-reused"),
    (with_a_fast_clock, 400, "clock-ahead"),
    (of_another_day, 409, "too-late"),
    (with_a_card_unknown, 404, "not-found"),
    (with_a_card_stopped, 409, "card-not-active"),
    (for_a_receipt_that_earned, 409, "receipt-already-booked"),
    (with_lines_that_do_not_sum, 400, "validation"),
    (from_a_wallet_frozen, 409, "card-not-active"),
    (by_one_who_owes, 409, "points-owed"),
    (by_a_number_alone, 409, "needs-member-code"),
    (with_points_that_are_gone, 409, "not-enough-points"),
]


def named(fault: Any) -> str | None:
    return fault.__name__ if callable(fault) else None


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "before all that follow"])
@pytest.mark.parametrize(("fault", "status", "slug"), IN_ORDER, ids=named)
async def test_of_several_faults_the_first_is_told(
    scene: Scene, fault: Fault, status: int, slug: str, alone: bool
) -> None:
    faults = [one for one, _, _ in IN_ORDER]
    later = faults[faults.index(fault) + 1 :]
    for one in [fault] if alone else [*reversed(later), fault]:
        await one(scene)
    before = await scene.mall.value("SELECT count(*) FROM federation.entries")
    answer = await scene.send()
    assert (answer.status, answer.slug) == (status, slug), answer
    assert await scene.mall.value("SELECT count(*) FROM federation.entries") == before


async def active_again(scene: Scene) -> None:
    await with_a_card_stopped(scene, "active")


async def thawed(scene: Scene) -> None:
    await from_a_wallet_frozen(scene, "active")


async def paid_back(scene: Scene) -> None:
    paid = "UPDATE federation.shortages SET points_paid = points WHERE member_id = %s"
    owe = "UPDATE federation.wallets SET points_owed = 0 WHERE member_id = %s"
    await scene.change(paid, scene.member.member_id, role="desk")
    await scene.change(owe, scene.member.member_id, role="desk")


async def limit_raised(scene: Scene) -> None:
    await scene.mall.agree(scene.shop, scene.mall.today, static_card_limit_points=500)


async def earned_anew(scene: Scene) -> None:
    await scene.shop.sells(scene.member, yen=110_000)


async def joined(scene: Scene) -> None:
    async with scene.mall.hub.pools.use("worker") as conn:
        await join(conn, [(UNKNOWN, "general")], LONG_AGO)
    await scene.shop.sells(Member(0, UNKNOWN), yen=110)


async def no_longer_suspended(scene: Scene) -> None:
    await of_a_tenant_suspended(scene, "active")
    scene.mall.hub.forget()


async def till_opened(scene: Scene) -> None:
    reopen = "UPDATE tenants.tills SET state = 'active' WHERE tenant_id = %s"
    await scene.lay_out(reopen, scene.shop.tenant_id)
    scene.mall.hub.forget()


async def another_client(scene: Scene) -> None:
    registered = await scene.mall.register(
        scene.shop.tenant, TILL, ["points:accrue", "points:redeem", "points:read"]
    )
    scene.client = Client(scene.mall, scene.shop.tenant, registered)


async def time_went_on(scene: Scene) -> None:
    scene.mall.clock.set(scene.mall.now + timedelta(minutes=2))


async def nothing_helps(scene: Scene) -> None:
    """A day that is past stays past."""


@pytest.mark.parametrize(
    ("fault", "mend"),
    [
        (with_a_card_stopped, active_again),
        (from_a_wallet_frozen, thawed),
        (by_one_who_owes, paid_back),
        (by_a_number_alone, limit_raised),
        (with_points_that_are_gone, earned_anew),
        (for_a_receipt_that_earned, nothing_helps),
        (of_another_day, nothing_helps),
    ],
    ids=named,
)
async def test_what_the_books_refused_stays_refused(
    scene: Scene, fault: Fault, mend: Fault
) -> None:
    await fault(scene)
    first = await scene.send()
    assert first.status == 409, first
    await mend(scene)
    points = await scene.mall.points_of(scene.member)
    again, asked = await scene.send(), await scene.asked()
    for answer in (again, asked):
        assert (answer.status, answer.content) == (409, first.content)
        assert answer.headers["idempotent-replayed"] == "true"
        assert answer.headers["content-type"] == "application/problem+json"
    assert await scene.mall.points_of(scene.member) == points
    scene.body["staff"] = "1007"
    assert (await scene.send()).slug == "slip-reused"


@pytest.mark.parametrize(
    ("fault", "mend"),
    [
        (with_a_card_unknown, joined),
        (at_a_till_stopped, till_opened),
        (of_a_tenant_suspended, no_longer_suspended),
        (by_a_client_shut_out, another_client),
        (without_scope, another_client),
        (with_a_fast_clock, time_went_on),
    ],
    ids=named,
)
async def test_what_was_no_fault_of_the_slip_is_forgotten_once_it_is_mended(
    scene: Scene, fault: Fault, mend: Fault
) -> None:
    await fault(scene)
    for _ in range(2):
        refused = await scene.send()
        assert refused.status >= 400, refused
        assert "idempotent-replayed" not in refused.headers
    slips = "SELECT count(*) FROM federation.slips WHERE shop_id = %s AND slip = %s"
    asked = (scene.shop.shop_id, scene.body["slip"])
    assert await scene.mall.value(slips, *asked) == 0
    await mend(scene)
    mended = await scene.send()
    assert (mended.status, mended.json["redeemed_points"]) == (201, 1), mended
    assert "idempotent-replayed" not in mended.headers


@pytest.mark.parametrize("shut", [by_a_client_shut_out, at_a_till_stopped], ids=named)
async def test_the_very_next_call_for_money_after_a_door_was_shut_is_refused(
    scene: Scene, shut: Fault
) -> None:
    """Nobody rang the bell: the gate still remembers the token, and the desk asks for itself."""
    booked = await scene.send()
    assert booked.status == 201
    await shut(scene)
    refused = (401, "invalid-token") if shut is by_a_client_shut_out else (409, "till-not-active")
    replay = await scene.send()
    assert (replay.status, replay.slug) == refused, "not even what was answered before"
    fresh = await scene.shop.post("/v1/accruals", **scene.shop.sale(scene.member, 110))
    assert (fresh.status, fresh.slug) == refused
    assert await scene.mall.points_of(scene.member) == booked.json["balance"]["points"]


async def test_whoever_is_shut_out_at_the_desk_is_told_how_to_come_in(scene: Scene) -> None:
    await by_a_client_shut_out(scene)
    for _ in ("at the desk", "at the gate"):
        refused = await scene.send()
        assert (refused.status, refused.slug) == (401, "invalid-token")
        assert refused.headers["www-authenticate"].startswith("Bearer")


async def test_a_developers_token_to_accrue_does_not_redeem(scene: Scene) -> None:
    registered = await scene.mall.register(scene.shop.tenant, TILL, ["points:accrue"])
    narrow = Client(scene.mall, scene.shop.tenant, registered)
    sale = scene.shop.sale(scene.member, 110)
    assert (await narrow.post("/v1/accruals", **sale)).status == 201
    for call, body in (
        ("/v1/redemptions", scene.shop.spending(scene.member, 1)),
        ("/v1/purchases", scene.body),
    ):
        refused = await narrow.post(call, **body)
        assert (refused.status, refused.slug) == (403, "insufficient-scope")
    assert await scene.mall.points_of(scene.member) == 2


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer junk",
        "Bearer a.b.c",
        "Basic {}",
        "DPoP {}",
        "{}",
        "Bearer {}x",
    ],
)
@pytest.mark.parametrize("call", ["accruals", "redemptions", "purchases", "quotes", "reversals"])
async def test_without_a_token_of_ours_nobody_comes_in(
    mall: Mall, authorization: str, call: str
) -> None:
    operator = await mall.operator()
    wrong = authorization.format(await operator.token())
    refused = await operator.ask("POST", f"/v1/{call}", json={}, headers={"authorization": wrong})
    assert (refused.status, refused.slug) == (401, "invalid-token")
    assert refused.headers["www-authenticate"].startswith(("Bearer ", "DPoP "))
    assert refused.headers["cache-control"] == "no-store"
