"""What a member had, and what was outstanding, at any past instant: as it was said then."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any

from psycopg import AsyncConnection

from federation.days import TOKYO
from tests.mall import Mall, Member, Shop

DAY = timedelta(days=1)
END = date(2028, 3, 31)  # of what is granted in June 2026


async def had(mall: Mall, shop: Shop, member: Member, at: datetime | None) -> Any:
    handle = mall.hub.names.seal("member", shop.tenant_id, member.member_id)
    asked = {} if at is None else {"at": at.isoformat()}
    answer = await shop.get(f"/v1/members/{handle}/balance", **asked)
    assert answer.status == 200, answer
    return answer.json


async def outstanding(mall: Mall, at: datetime | None = None) -> dict[str, Counter[str]]:
    """Every funder's figures, which add up."""
    asked = {} if at is None else {"at": at.isoformat()}
    answer = await (await mall.operator()).get("/v1/admin/outstanding", **asked)
    assert answer.status == 200, answer
    told = {one.pop("funder"): Counter(one) for one in answer.json["funders"]}
    total = answer.json["total"]
    total.pop("funder")
    assert Counter(total) == sum(told.values(), Counter())
    for one in [*told.values(), Counter(total)]:
        spent = one["redeemed_points"] + one["lapsed_points"] + one["taken_back_points"]
        assert one["issued_points"] == one["outstanding_points"] + spent
    return told


async def test_every_balance_that_was_told_is_told_again_later(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako, taro = await mall.members(2)
    told: list[tuple[datetime, Member, Any]] = []
    funded: list[tuple[datetime, Any]] = []

    async def note() -> None:
        told.append((mall.now, hanako, await had(mall, bakery, hanako, None)))
        told.append((mall.now, taro, await had(mall, bakery, taro, None)))
        funded.append((mall.now, await outstanding(mall)))
        await mall.turn_to(mall.today, (mall.now + timedelta(minutes=1)).time())

    await note()
    await bakery.sells(hanako, yen=11_000)
    await note()
    spending = bookshop.spending(hanako, 30)
    assert (await bookshop.post("/v1/redemptions", **spending)).status == 201
    await note()
    await bookshop.sells(taro, yen=5_500)
    await bookshop.sells_for_points(hanako, points=20, yen=2_200)
    await note()
    void = {name: spending[name] for name in ("till", "business_date", "at")}
    undone = await bookshop.post(
        "/v1/reversals", **void, slip="V-1", of=spending["slip"], reason="wrong card"
    )
    assert undone.status == 201, undone
    await note()
    await mall.turn_to(END, time(23, 50))
    await note()
    await mall.turn_to(END + DAY, time(0, 1))
    await note()  # lapsed by the clock, and no job has run
    await mall.hub.desk.lapse_due(END)
    await note()
    assert [balance["points"] for _, one, balance in told if one is hanako] == [
        0, 100, 70, 70, 100, 100, 0, 0,
    ]  # fmt: skip
    for at, member, balance in told:
        assert await had(mall, bakery, member, at) == balance, at
    for at, figures in funded:
        assert await outstanding(mall, at) == figures, at
    assert (await outstanding(mall))["bakery"] == {
        "issued_points": 100,
        "outstanding_points": 0,
        "redeemed_points": 20,
        "lapsed_points": 80,
        "taken_back_points": 0,
    }


async def test_points_last_to_24_00_of_their_day_whenever_their_lapse_is_booked(
    mall: Mall,
) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    await bakery.sells(hanako, yen=11_000)
    await mall.turn_to(END + 3 * DAY)
    await mall.hub.desk.lapse_due(END)
    midnight = datetime.combine(END + DAY, time(0), TOKYO)
    for at, points in ((midnight - timedelta(microseconds=1), 100), (midnight, 0)):
        assert (await had(mall, bakery, hanako, at))["points"] == points
        assert (await outstanding(mall, at))["bakery"]["outstanding_points"] == points


async def test_sliding_points_have_the_day_that_was_given_by_then(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    await bakery.sells(hanako, yen=11_000)
    first = mall.now
    await mall.turn_to(mall.today + DAY)
    await bakery.sells(hanako, yen=1_100)
    second = mall.now
    await mall.turn_to(mall.today + DAY)
    early, late = date(2026, 7, 1), date(2026, 8, 1)
    async with await AsyncConnection.connect(
        mall.hub.settings.database_url, autocommit=True
    ) as owner:
        await owner.execute("UPDATE federation.lots SET expires_on = NULL")
        for at, day in ((first, early), (second, late)):
            await owner.execute(
                "UPDATE federation.entries SET slides_to = %s WHERE booked_at = %s", [day, at]
            )
        assert (await had(mall, bakery, hanako, first))["next_to_expire"]["on"] == "2026-07-01"
        assert (await had(mall, bakery, hanako, second))["next_to_expire"]["on"] == "2026-08-01"
        await mall.turn_to(early + DAY)
        assert (await had(mall, bakery, hanako, mall.now))["points"] == 110
        assert (await outstanding(mall))["bakery"]["outstanding_points"] == 110
        await mall.turn_to(late + DAY)
        assert (await had(mall, bakery, hanako, mall.now))["points"] == 0
        assert (await outstanding(mall))["bakery"]["lapsed_points"] == 110
        await owner.execute("UPDATE federation.lots SET expires_on = '2028-03-31'")


async def test_a_hold_keeps_points_past_their_day_as_long_as_it_was_open(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    await bakery.sells(hanako, yen=11_000)
    await mall.turn_to(END, time(23, 50))
    made_at = mall.now
    held = await bakery.post("/v1/holds", **bakery.asked(hanako, points=40, minutes=60))
    assert held.status == 201, held
    await mall.turn_to(END + 3 * DAY)
    for minutes, points, kept in ((-1, 100, 0), (0, 100, 40), (20, 40, 40), (60, 0, 0)):
        at = made_at + timedelta(minutes=minutes)
        balance = await had(mall, bakery, hanako, at)
        assert (balance["points"], balance["held"]) == (points, kept), minutes
        assert (await outstanding(mall, at))["bakery"]["outstanding_points"] == points


async def test_the_future_and_an_instant_without_an_offset_are_refused(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    operator = await mall.operator()
    handle = mall.hub.names.seal("member", bakery.tenant_id, hanako.member_id)
    for at in ((mall.now + timedelta(seconds=1)).isoformat(), "2026-06-03T12:00:00", "yesterday"):
        for client, path in (
            (bakery, f"/v1/members/{handle}/balance"),
            (operator, "/v1/admin/outstanding"),
        ):
            answer = await client.get(path, at=at)
            assert (answer.status, answer.slug) == (400, "validation"), answer
    refused = await bakery.get("/v1/admin/outstanding")
    assert refused.slug == "insufficient-scope"
