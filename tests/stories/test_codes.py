"""Codes and PINs: what stands for a member at a till, and what is never kept."""

from datetime import datetime, timedelta

from federation import codes
from tests.mall import Mall, Member, Shop


async def handle_of(shop: Shop, member: Member) -> str:
    """A tenant's own handle of a member."""
    return str((await shop.quote(member))["member"])


async def test_a_code_lives_three_hundred_seconds_beside_earlier_ones(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    app = await mall.office(bakery)
    handle = await handle_of(bakery, hanako)
    given = [await app.post("/v1/member-codes", member=handle) for _ in range(2)]
    assert [one.status for one in given] == [201, 201]
    first, second = (one.json["code"] for one in given)
    assert first != second
    for code in (first, second):
        assert len(code) == 20
        assert code.isdecimal()
        assert not code.startswith(("9000", "3158"))  # payment services
    assert given[0].headers["cache-control"] == "no-store"
    ends = datetime.fromisoformat(given[0].json["expires_at"])
    assert ends == mall.now + timedelta(seconds=300)
    kept = await mall.value(
        "SELECT array_agg(code ORDER BY code) FROM federation.codes WHERE member_id = %s",
        hanako.member_id,
    )
    assert kept == sorted([first, second])


async def test_a_code_may_be_quoted_while_it_lives(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery", static_card_limit_points=0), await mall.member()
    await bakery.sells(hanako, yen=11_000)
    app = await mall.office(bakery)
    given = await app.post("/v1/member-codes", member=await handle_of(bakery, hanako))
    by_code = Member(hanako.member_id, given.json["code"])
    assert (await bakery.quote(hanako, yen=5_000))["redeemable_points"] == 0
    assert (await bakery.quote(by_code, yen=5_000))["redeemable_points"] == 100
    mall.clock.set(mall.now + codes.LIFETIME)
    asked = {k: v for k, v in bakery.asked(by_code, paid_yen=110).items() if k != "slip"}
    assert (await bakery.post("/v1/quotes", **asked)).slug == "code-expired"


async def test_a_member_is_given_ten_codes_in_five_minutes(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    jiro = await mall.member()
    app = await mall.office(bakery)
    handle = await handle_of(bakery, hanako)
    for _ in range(codes.MOST):
        assert (await app.post("/v1/member-codes", member=handle)).status == 201
    refused = await app.post("/v1/member-codes", member=handle)
    assert (refused.status, refused.slug) == (429, "rate-limited")
    assert refused.headers["retry-after"] == "300"
    other = await app.post("/v1/member-codes", member=await handle_of(bakery, jiro))
    assert other.status == 201
    mall.clock.set(mall.now + timedelta(seconds=int(refused.headers["retry-after"])))
    assert (await app.post("/v1/member-codes", member=handle)).status == 201


async def test_a_code_is_given_only_for_a_handle_of_ones_own_and_by_those_who_may(
    mall: Mall,
) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    handle = await handle_of(bookshop, hanako)
    app = await mall.office(bakery)
    assert (await app.post("/v1/member-codes", member=handle)).status == 404
    assert (await bakery.post("/v1/member-codes", member=handle)).status == 403


async def test_codes_are_forgotten_a_day_after_their_end(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    app = await mall.office(bakery)
    await app.post("/v1/member-codes", member=await handle_of(bakery, hanako))
    over = mall.now + codes.LIFETIME + codes.KEPT
    async with mall.hub.pools.use("worker") as conn:
        assert await codes.sweep(conn, over) == 0
        assert await codes.sweep(conn, over + timedelta(seconds=1)) == 1


async def test_a_pin_is_kept_as_a_digest_under_the_instances_key(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    await bakery.sells(hanako, yen=1_100)
    operator = await mall.operator()
    handle = (await operator.get("/v1/entries")).json["entries"][0]["member"]
    put = await operator.ask("PUT", f"/v1/admin/members/{handle}/pin", json={"pin": "0412"})
    assert put.status == 204, put
    kept = "SELECT digest, wrong_tries FROM federation.pins WHERE carrier = %s"
    async with mall.hub.pools.use("worker") as conn:
        digest, tries = await (await conn.execute(kept, (hanako.card,))).fetchone() or (b"", -1)
        await conn.execute("UPDATE federation.pins SET wrong_tries = 5")
    assert mall.hub.pins.right(hanako.card, "0412", digest)
    assert tries == 0
    await operator.ask("PUT", f"/v1/admin/members/{handle}/pin", json={"pin": "991204"})
    async with mall.hub.pools.use("worker") as conn:
        digest, tries = await (await conn.execute(kept, (hanako.card,))).fetchone() or (b"", -1)
    assert mall.hub.pins.right(hanako.card, "991204", digest)
    assert tries == 0
    for wrong in ("123", "123456789", "12a4", "１２３４"):
        put = await operator.ask("PUT", f"/v1/admin/members/{handle}/pin", json={"pin": wrong})
        assert put.slug == "validation", wrong
        assert wrong not in put.content.decode()


async def test_another_tenants_handle_sets_no_pin(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    handle = await handle_of(bakery, hanako)
    operator = await mall.operator()
    put = await operator.ask("PUT", f"/v1/admin/members/{handle}/pin", json={"pin": "0412"})
    assert put.status == 404
