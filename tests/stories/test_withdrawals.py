"""A member leaves: what is left is forfeited, the books stay, and in a month nobody knows who."""

from datetime import timedelta

from federation.profiles import erase
from tests.mall import Mall, Member
from tests.office import card, office

ENTRIES = "SELECT json_agg(e ORDER BY entry_id)::text FROM federation.entries AS e"


async def test_what_is_left_is_forfeited_and_lapses_for_its_funders(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako, clerk = await mall.member(), await office(mall)
    await bakery.sells(hanako, yen=11_000)
    await bookshop.sells(hanako, yen=5_500)
    held = await bakery.post("/v1/holds", **bakery.asked(hanako, points=20))
    left = await clerk.withdraw(hanako)
    assert left.status == 201, left
    assert left.json["forfeited_points"] == 150
    assert [one["points"] for one in left.json["forfeited"]] == [100, 50]
    assert left.json["balance"] == {"points": 0, "held": 0, "owed": 0, "next_to_expire": None}
    kinds = "SELECT sum(points)::int FROM federation.entries WHERE kind = 'withdrawal'"
    assert await mall.value(kinds) == -150
    lapsed = "SELECT json_object_agg(code, points) FROM (SELECT code, sum(points) AS points "
    lapsed += "FROM federation.draws JOIN tenants.parties ON party_id = funder_id "
    lapsed += "WHERE draws.kind = 'lapse' GROUP BY code) AS one"
    assert await mall.value(lapsed) == {"bakery": 100, "bookshop": 50}
    hold = held.json["hold_id"]
    capture = bakery.asked(hanako, points=20)
    del capture["card"]
    assert (await bakery.post(f"/v1/holds/{hold}/capture", **capture)).slug == "hold-released"
    for ask in (bakery.sale(hanako, 110), bakery.spending(hanako, 1)):
        call = "redemptions" if "payable_yen" in ask else "accruals"
        assert (await bakery.post(f"/v1/{call}", **ask)).slug == "card-not-active"


async def test_a_member_leaves_once_and_the_same_slip_says_the_same(mall: Mall) -> None:
    hanako, clerk = await mall.member(), await office(mall)
    body = clerk.asked()
    first, again = [
        await clerk.client.post(clerk.path(hanako, "/withdrawal"), **body) for _ in range(2)
    ]
    assert first.content == again.content
    assert (await clerk.withdraw(hanako)).slug == "member-withdrawn"
    assert (await clerk.adjust(hanako, 10)).slug == "member-withdrawn"
    assert (await clerk.freeze(hanako)).slug == "member-withdrawn"
    assert (await clerk.replace(hanako, hanako.card, card())).slug == "member-withdrawn"
    assert (await clerk.write(hanako, name="山田 花子")).slug == "member-withdrawn"


async def test_what_comes_back_to_a_member_who_left_is_forfeited_at_once(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    hanako, clerk = await mall.member(), await office(mall)
    await bakery.sells(hanako, yen=11_000)
    bought = await bakery.accepts(hanako, 60)
    assert (await clerk.withdraw(hanako)).json["forfeited_points"] == 40
    asked = bakery.asked(hanako, of=bought["slip"], reason="取消")
    del asked["card"]
    undone = await bakery.post("/v1/reversals", **asked)
    assert undone.status == 201, undone
    assert undone.json["balance"]["points"] == 0
    assert await mall.points_of(hanako) == 0


async def test_who_they_were_is_erased_thirty_days_later_and_the_books_stay(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    (hanako, old), clerk = await mall.members(2), await office(mall)
    stays = await mall.member()
    for member, name, phone in ((hanako, "山田 花子", "090-1111-2222"), (stays, "鈴木 一郎", "")):
        assert (await clerk.write(member, name=name, email="a@example.jp")).status == 200
        if phone:
            assert (await clerk.add(member, phone=phone)).status == 201
    assert (await clerk.write(old, name="山田 花子（旧）")).status == 200
    await bakery.sells(hanako, yen=1_100)
    assert (await clerk.merge(old, hanako)).status == 201
    assert (await clerk.withdraw(hanako)).status == 201
    books = await mall.value(ENTRIES)
    left_at = mall.now
    async with mall.hub.pools.use("worker") as conn:
        early = await erase(conn, left_at + timedelta(days=30) - timedelta(seconds=1))
        assert (early.members, early.profiles) == (0, 0)
    assert (await clerk.client.get(clerk.path(hanako, "/profile"))).json["profile"]["name"]
    mall.clock.set(left_at + timedelta(days=30))
    await mall.hub.runner.run("erase", mall.now, asked=True)
    for member in (hanako, old):
        told = (await clerk.client.get(clerk.path(member, "/profile"))).json
        assert told["profile"] == {}
    told = (await clerk.client.get(clerk.path(hanako))).json
    assert (told["state"], [one["kind"] for one in told["carriers"]]) == (
        "withdrawn", ["card", "card"],
    )  # fmt: skip
    assert told["erased_at"]
    found = await clerk.client.post("/v1/admin/member-searches", phone="09011112222")
    assert found.status == 404
    assert (await clerk.add(stays, phone="09011112222")).status == 201, "the number is free again"
    assert (await clerk.client.get(clerk.path(stays, "/profile"))).json["profile"]["name"]
    assert await mall.value(ENTRIES) == books
    async with mall.hub.pools.use("worker") as conn:
        assert (await erase(conn, mall.now)).members == 0, "once"


async def test_a_code_that_is_still_alive_earns_nothing_for_who_has_left(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    clerk = await office(mall)
    given = await clerk.client.post("/v1/member-codes", member=clerk.handle(hanako))
    assert (await clerk.withdraw(hanako)).status == 201
    code = Member(hanako.member_id, given.json["code"])
    refused = await bakery.post("/v1/accruals", **bakery.sale(code, 1_100))
    assert refused.slug == "card-not-active"
