"""クーポン: rows M26 to M31 as members, tills and the operator live them."""

from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from federation.days import TOKYO
from tenants.coupons.announcing import announce_coupons
from tests.conftest import Given
from tests.coupons.town import Town, open_town, scan, takes, use
from tests.mall import Answered, Member, Shop
from tests.stories.test_reversals import undo

NOON = time(12, 0)
DAY = date(2026, 6, 3)


@pytest.fixture(scope="module")
async def town(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Town]:
    folder = tmp_path_factory.mktemp("coupons")
    async with open_town(given, template, folder, "meguri_test_coupons") as ours:
        yield ours


@pytest.fixture(autouse=True)
async def promises(town: Town) -> AsyncIterator[None]:
    """It is noon again; whatever was done, every promise of the books is kept."""
    town.mall.clock.set(datetime.combine(DAY, NOON, TOKYO))
    yield
    assert await town.mall.broken() == []


async def booked(shop: Shop, body: dict[str, Any]) -> Any:
    answer = await takes(shop, body)
    assert answer.status == 201, answer
    return answer.json


async def refused(shop: Shop, body: dict[str, Any]) -> str:
    answer = await takes(shop, body)
    assert answer.status == 409, answer
    return answer.slug


async def test_m26_a_new_member_has_the_first_visit_coupon_once(town: Town) -> None:
    await town.publishes("welcome", first_visit=True, least_yen=1_000)
    hanako, taro = await town.mall.members(2)
    await town.bakery.sells(taro, yen=1_100)
    await town.mall.turn_to(DAY + timedelta(days=1))
    assert "welcome" in await (await town.app(hanako)).coupons()
    assert "welcome" not in await (await town.app(taro)).coupons(), "it has bought before"
    assert (
        await refused(town.bakery, use(town.bakery, taro, "welcome", 2_000))
        == "coupon-not-for-member"
    )
    taken = await booked(town.bakery, use(town.bakery, hanako, "welcome", 2_000))
    assert (taken["discount_yen"], taken["pay_yen"]) == (500, 1_500)
    again = use(town.bookshop, hanako, "welcome", 2_000)
    assert await refused(town.bookshop, again) == "coupon-used"


async def test_m27_a_member_shows_the_screen_and_staff_tap_used_once_however_often(
    town: Town,
) -> None:
    await town.publishes("show", per_member=2)
    hanako = await town.mall.member()
    app = await town.app(hanako)
    shown = (await app.taps((await app.coupons())["show"], "show")).json
    assert (shown["state"], shown["uses_left"], shown["benefit"]) == ("ready", 2, "500円引")
    first = scan(town.bakery, shown["scan"], 3_000)
    taken = await takes(town.bakery, first)
    assert taken.status == 201, taken
    assert taken.json["staff_text"] == "クーポン 500円引"
    assert taken.json["funders"] == [{"party": "operator", "points": 500}]
    twice = await takes(town.bakery, first)
    assert twice.content == taken.content, "the same slip is the same answer"
    tapped = scan(town.bakery, shown["scan"], 3_000)
    assert await refused(town.bakery, tapped) == "coupon-used", "a second tap of the same screen"
    fresh = (await app.coupons())["show"]
    assert fresh["uses_left"] == 1
    assert (await booked(town.bakery, scan(town.bakery, fresh["scan"], 900)))["pay_yen"] == 400
    assert (await app.coupons())["show"]["state"] == "used"
    assert await town.mall.points_of(hanako) == 0, "a coupon is no point"


async def test_m28_a_countdown_starts_when_the_member_does_and_is_dead_to_the_second(
    town: Town,
) -> None:
    await town.publishes("timed", kind="TIMED", minutes=15, per_member=3)
    hanako = await town.mall.member()
    app = await town.app(hanako)
    waiting = (await app.coupons())["timed"]
    assert waiting["state"] == "to-start"
    assert "scan" not in waiting
    assert (
        await refused(town.bakery, use(town.bakery, hanako, "timed", 900)) == "coupon-not-started"
    )
    started = (await app.taps(waiting, "activate")).json
    assert (started["state"], started["seconds_left"]) == ("ready", 900)
    noon = town.mall.now
    town.mall.clock.set(noon + timedelta(minutes=5))
    again = (await app.taps(waiting, "activate")).json
    assert again["ends_at"] == started["ends_at"], "started once"
    assert again["seconds_left"] == 600
    town.mall.clock.set(noon + timedelta(minutes=15, microseconds=-1))
    await booked(town.bakery, use(town.bakery, hanako, "timed", 900))
    assert (await app.coupons())["timed"]["seconds_left"] == 1
    town.mall.clock.set(noon + timedelta(minutes=15))
    assert await refused(town.bakery, use(town.bakery, hanako, "timed", 900)) == "coupon-over"
    assert (await app.coupons())["timed"]["state"] == "over"


async def test_m29_a_till_reads_the_code_and_a_second_scan_is_refused(town: Town) -> None:
    await town.publishes("scan", kind="SCAN")
    hanako = await town.mall.member()
    shown = (await (await town.app(hanako)).coupons())["scan"]
    bare = await takes(town.bakery, use(town.bakery, hanako, "scan", 900))
    assert (bare.status, bare.json["pointer"]) == (400, "/scan"), "it wants its code"
    await booked(town.bakery, scan(town.bakery, shown["scan"], 900))
    assert await refused(town.bookshop, scan(town.bookshop, shown["scan"], 900)) == "coupon-used"
    made_up = await takes(town.bakery, scan(town.bakery, "a" * 26, 900))
    assert (made_up.status, made_up.json["pointer"]) == (404, "/scan")


async def test_m30_only_the_segment_sees_it_and_to_others_it_is_an_unknown_one(
    town: Town,
) -> None:
    await town.publishes("students", segment="segment:students")
    hanako, taro = await town.mall.members(2)
    await town.bears(hanako, "segment:students")
    own, other = await town.app(hanako), await town.app(taro)
    shown = (await own.coupons())["students"]
    assert "students" not in await other.coupons()
    for path in (f"/v1/me/coupons/{shown['id']}", "/v1/me/coupons/" + "a" * 26):
        answer = await other.ask("GET", path)
        assert answer.status == 404
        assert answer.slug == "not-found"
    unknown = await other.ask("GET", "/v1/me/coupons/" + "a" * 26)
    theirs = await other.ask("GET", f"/v1/me/coupons/{shown['id']}")
    assert theirs.content == unknown.content
    assert (
        await refused(town.bakery, use(town.bakery, taro, "students", 900))
        == "coupon-not-for-member"
    )
    await booked(town.bakery, use(town.bakery, hanako, "students", 900))
    preview = (await town.operates("GET", "/students/preview")).json
    assert preview["shown_to"] == 1 < preview["members"]


async def test_m31_whoever_a_coupon_is_for_is_told_once_and_finds_it_on_its_page(
    town: Town,
) -> None:
    await town.publishes("told", segment="segment:told")
    await town.publishes("told-later", segment="segment:told", from_on="2026-06-04")
    members = await town.mall.members(5)
    for member in members[:3]:
        await town.bears(member, "segment:told")
    assert await announced(town) >= 3
    assert await announced(town) == 0, "however often the job starts"
    assert await notices(town, "told") == [(one.member_id, "told") for one in members[:3]]
    assert await notices(town, "told-later") == []
    assert (await town.figures("told"))["told"] == 3
    app = await town.app(members[0])
    listed = await app.coupons()
    assert listed["told"]["state"] == "ready"
    assert listed["told-later"]["state"] == "soon"
    [late] = await town.mall.members(1)
    await town.bears(late, "segment:told")
    await town.mall.turn_to(DAY + timedelta(days=1))
    assert await announced(town) >= 1
    assert (late.member_id, "told") in await notices(town, "told"), "who joins later is told then"
    assert len(await notices(town, "told-later")) == 4


async def announced(town: Town) -> int:
    """The job, in slices of two."""
    now = town.mall.now
    async with town.mall.hub.pools.bare("worker") as conn:
        return await announce_coupons(conn, now.date(), now, most=2)


async def notices(town: Town, code: str) -> list[Any]:
    async with town.mall.hub.pools.use("auditor") as conn:
        rows = await conn.execute(
            "SELECT member_id, facts ->> 'coupon' FROM tenants.member_notices "
            "WHERE occasion = 'coupon/' || %s ORDER BY member_id",
            (code,),
        )
        return list(await rows.fetchall())


async def test_what_is_over_ends_by_itself(town: Town) -> None:
    await town.publishes("over", to_on="2026-06-03")
    await town.mall.turn_to(DAY + timedelta(days=1))
    await announced(town)
    assert (await town.figures("over"))["state"] == "live", "yesterday may still be undone"
    await town.mall.turn_to(DAY + timedelta(days=2))
    await announced(town)
    figures = await town.figures("over")
    assert figures["state"] == "ended"
    assert figures["steps"][-1]["author"] == "clock"


REFUSALS: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("before its first day", {"from_on": "2026-06-04"}, {}, "coupon-not-yet"),
    ("after its last day", {"from_on": "2026-05-01", "to_on": "2026-06-02"}, {}, "coupon-over"),
    ("on another weekday", {"weekdays": [1, 2]}, {}, "coupon-not-yet"),
    (
        "after its hours",
        {"from_time": "09:00:00", "to_time": "12:00:00"},
        {},
        "coupon-not-yet",
    ),
    ("at another shop", {"shops": ["bookshop"]}, {}, "coupon-not-here"),
    ("at another facility", {"facilities": ["matsuyama"]}, {}, "coupon-not-here"),
    ("below its least purchase", {"least_yen": 2_000}, {}, "below-least-purchase"),
    (
        "with nothing but what it excludes",
        {"excluded_categories": ["tobacco"]},
        {"lines": [{"amount_yen": 1_500, "category": "tobacco"}]},
        "below-least-purchase",
    ),
]


@pytest.mark.parametrize(
    ("terms", "more", "slug"), [one[1:] for one in REFUSALS], ids=[one[0] for one in REFUSALS]
)
async def test_a_coupon_is_refused(
    town: Town, terms: dict[str, Any], more: dict[str, Any], slug: str
) -> None:
    await town.mall.facility("matsuyama")
    code = f"c-{next(town.mall.numbers)}"
    await town.publishes(code, **terms)
    hanako = await town.mall.member()
    body = use(town.bakery, hanako, code, 1_500, **more)
    assert await refused(town.bakery, body) == slug
    assert await refused(town.bakery, body) == slug, "a slip that was refused stays so"


async def test_a_pause_works_at_once_and_a_draft_is_nobody_s(town: Town) -> None:
    await town.publishes("pausing", per_member=9)
    hanako = await town.mall.member()
    app = await town.app(hanako)
    await booked(town.bakery, use(town.bakery, hanako, "pausing", 900))
    await town.steps("pausing", "pause")
    assert await refused(town.bakery, use(town.bakery, hanako, "pausing", 900)) == "coupon-paused"
    assert "pausing" not in await app.coupons()
    await town.steps("pausing", "publish")
    await booked(town.bakery, use(town.bakery, hanako, "pausing", 900))
    await town.steps("pausing", "end")
    assert await refused(town.bakery, use(town.bakery, hanako, "pausing", 900)) == "coupon-over"
    back = await town.operates("POST", "/pausing/publish", reason="もう一度")
    assert (back.status, back.slug) == (409, "not-from-here")
    unknown = await takes(town.bakery, use(town.bakery, hanako, "nothing", 900))
    assert (unknown.status, unknown.json["pointer"]) == (404, "/coupon")


async def test_coupons_stand_alone_unless_both_say_otherwise(town: Town) -> None:
    await town.publishes("alone")
    await town.publishes("friendly", alone=False, off_yen=300)
    await town.publishes("friendly-too", alone=False, off_yen=None, benefit="PERCENT", percent=10)
    hanako = await town.mall.member()
    await booked(town.bakery, use(town.bakery, hanako, "friendly", 3_300, receipt_no="9001"))
    second = use(town.bakery, hanako, "friendly-too", 3_000, receipt_no="9001")
    assert (await booked(town.bakery, second))["discount_yen"] == 300
    third = use(town.bakery, hanako, "alone", 2_700, receipt_no="9001")
    assert await refused(town.bakery, third) == "coupon-not-together"
    other = use(town.bakery, hanako, "alone", 2_700, receipt_no="9002")
    assert (await booked(town.bakery, other))["discount_yen"] == 500


async def test_a_gift_is_recorded_and_costs_nobody_here(town: Town) -> None:
    gift = {"benefit": "GIFT", "off_yen": None, "shares": None, "gift": "エコバッグ"}
    await town.publishes(
        "gift", **gift, gift_en="a bag", gift_worth_yen=300, least_yen=1_000, stock=1
    )
    hanako, taro = await town.mall.members(2)
    body = use(town.bakery, hanako, "gift", 1_500)
    taken = await booked(town.bakery, body)
    assert (taken["discount_yen"], taken["gift"]) == (0, "エコバッグ")
    other = use(town.bakery, taro, "gift", 1_500)
    assert await refused(town.bakery, other) == "coupon-out-of-stock"
    preview = (await town.operates("GET", "/gift/preview")).json
    [finding] = preview["findings"]
    assert (finding["level"], finding["rule"]) == ("warn", "総付告示1項")
    undone = await undo(town.bakery, body["slip"])
    assert undone.status == 201, undone
    await booked(town.bakery, use(town.bakery, taro, "gift", 1_500))


async def test_a_use_that_is_undone_gives_stock_and_the_members_turn_back(town: Town) -> None:
    await town.publishes("last-one", stock=1)
    hanako, taro = await town.mall.members(2)
    body = use(town.bakery, hanako, "last-one", 900)
    await booked(town.bakery, body)
    assert (
        await refused(town.bakery, use(town.bakery, taro, "last-one", 900)) == "coupon-out-of-stock"
    )
    assert (await undo(town.bakery, body["slip"])).status == 201
    again = use(town.bakery, hanako, "last-one", 900)
    await booked(town.bakery, again)
    figures = await town.figures("last-one")
    assert (figures["uses"], figures["discount_yen"], figures["stock_left"]) == (1, 500, 0)
    undone_twice = await undo(town.bakery, body["slip"])
    assert undone_twice.slug == "already-reversed"


async def back(shop: Shop, of: str, yen: int) -> Answered:
    """Goods of this price come back."""
    asked = {k: v for k, v in shop.asked(Member(0, ""), of=of).items() if k != "card"}
    return await shop.post("/v1/returns", **asked, returned_yen=yen)


async def test_goods_that_come_back_give_their_part_of_the_discount_back_and_never_more(
    town: Town,
) -> None:
    shares = [{"funder": "facility", "weight": 60}, {"funder": "tenant", "weight": 40}]
    await town.publishes("returned", off_yen=1_000, shares=shares)
    hanako = await town.mall.member()
    body = use(town.bakery, hanako, "returned", 4_300, receipt_no="8001")
    assert (await booked(town.bakery, body))["pay_yen"] == 3_300
    sale = town.bakery.sale(hanako, 3_300, receipt_no="8001")
    assert (await town.bakery.post("/v1/accruals", **sale)).json["points"] == 30
    given = [(await back(town.bakery, sale["slip"], yen)).json for yen in (1_000, 1_000)]
    assert [one["coupon_yen"] for one in given] == [303, 303]
    assert (await undo(town.bakery, body["slip"])).slug == "already-returned"
    half = await town.figures("returned")
    assert half["discount_yen"] == 1_000 - 606
    assert {one["funder"]: one["yen"] for one in half["by_place"]} == {
        "tokushima": 236,
        "bakery": 158,
    }
    rest = (await back(town.bakery, sale["slip"], 1_300)).json
    assert (rest["coupon_yen"], rest["refund_yen"]) == (394, 1_300)
    assert (await town.figures("returned"))["discount_yen"] == 0
    assert await refused(town.bakery, use(town.bakery, hanako, "returned", 900)) == "coupon-used"


async def test_a_return_that_is_undone_gives_the_discount_again(town: Town) -> None:
    await town.publishes("undone-return", off_yen=1_000)
    hanako = await town.mall.member()
    body = use(town.bakery, hanako, "undone-return", 3_200, receipt_no="8101")
    await booked(town.bakery, body)
    sale = town.bakery.sale(hanako, 2_200, receipt_no="8101")
    await town.bakery.post("/v1/accruals", **sale)
    asked = {k: v for k, v in town.bakery.asked(Member(0, "")).items() if k != "card"}
    await town.bakery.post("/v1/returns", **asked, of=sale["slip"], returned_yen=1_100)
    assert (await town.figures("undone-return"))["discount_yen"] == 500
    assert (await undo(town.bakery, asked["slip"])).status == 201
    assert (await town.figures("undone-return"))["discount_yen"] == 1_000
    alone = use(town.bakery, await town.mall.member(), "undone-return", 3_000)
    await booked(town.bakery, alone)
    told = (await back(town.bakery, alone["slip"], 1_000)).json
    assert told["coupon_yen"] == 500, "a receipt that no card earned on"


async def test_a_quote_shows_which_coupons_would_do_and_what_they_would_take_off(
    town: Town,
) -> None:
    """Asked of the rule that books a use: what is not for this member, purchase, hour or shop is
    left out, and so is what has run out; what it says is what is booked then."""
    await town.publishes("q-500", per_member=1, facilities=["tokushima"])
    await town.publishes("q-10", benefit="PERCENT", off_yen=None, percent=10, cap_yen=700)
    await town.publishes("q-dear", least_yen=99_000)
    await town.publishes("q-timed", kind="TIMED", minutes=15)
    await town.publishes("q-last", stock=1, least_yen=4_000)
    hanako, taro = await town.mall.members(2)

    async def quoted(member: Member, yen: int, **more: Any) -> dict[str, int]:
        told = (await town.bakery.quote(member, yen=yen, **more))["coupons"]
        assert all(one["pay_yen"] == yen - one["discount_yen"] for one in told)
        return {one["coupon"]: one["discount_yen"] for one in told if one["coupon"][:2] == "q-"}

    assert await quoted(hanako, 4_000) == {"q-500": 500, "q-last": 500, "q-10": 400}
    assert await quoted(hanako, 3_000) == {"q-500": 500, "q-10": 300}
    taken = await booked(town.bakery, use(town.bakery, hanako, "q-500", 4_000))
    assert taken["discount_yen"] == 500
    await booked(town.bakery, use(town.bakery, taro, "q-last", 4_000))
    assert await quoted(hanako, 4_000) == {"q-10": 400}
    app = await town.app(hanako)
    await app.taps((await app.coupons())["q-timed"], "activate")
    assert await quoted(hanako, 4_000) == {"q-timed": 500, "q-10": 400}
