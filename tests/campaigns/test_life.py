"""A campaign is written down, read by another, started, paused, ended; its budget holds; it gives
to whom and where it should."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.campaigns.running import PLAN, Running, body_of, extra, running
from tests.conftest import Given
from tests.mall import Mall, serving, settings_for
from tests.office import REASON
from tests.races.hubs import cloned


@pytest.fixture(scope="module")
async def mall(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mall]:
    """One mall for all these tests, each with campaigns and shops of its own."""
    folder = tmp_path_factory.mktemp("campaigns")
    with cloned(given.database_url, template, "meguri_test_campaigns") as url:
        async with serving(settings_for(url, given.redis_url, folder)) as ours:
            yield ours


@pytest.fixture(scope="module")
async def office(mall: Mall) -> Running:
    return await running(mall)


async def test_a_campaign_gives_nothing_before_another_person_has_read_it(
    mall: Mall, office: Running
) -> None:
    bakery = await mall.shop("bakery", "naruto")
    hanako = await mall.member()
    written = await office.draft("read", facility="naruto")
    assert (written.status, written.json["state"]) == (201, "draft"), written
    assert (await office.step("read", "start")).slug == "not-from-here"
    assert (await office.step("read", "review")).slug == "second-person-needed"
    assert (await office.step("read", "review", office.other)).json["state"] == "reviewed"
    assert extra(await bakery.sells(hanako, 1_100), "read") == 0
    assert (await office.step("read", "start")).json["state"] == "live"
    assert extra(await bakery.sells(hanako, 1_100), "read") == 40
    steps = (await office.told("read"))["steps"]
    assert [(one["from_state"], one["to_state"]) for one in steps] == [
        (None, "draft"), ("draft", "reviewed"), ("reviewed", "live"),
    ]  # fmt: skip
    assert steps[0]["by_client"] != steps[1]["by_client"]
    assert {one["reason"] for one in steps} == {REASON}


async def test_a_draft_is_written_anew_and_read_anew(mall: Mall, office: Running) -> None:
    bakery = await mall.shop("anew", "mima")
    cafe = await mall.shop("anew-cafe", "mima")
    hanako = await mall.member()
    await office.draft("anew", facility="mima", may_opt_out=True)
    out = await office.step("anew", "shops", takes_part=False, shops=["anew-cafe/anew-cafe"])
    assert [one["result"] for one in out.json["shops"]] == ["stays-out"], out
    first = len((await office.told("anew"))["steps"])
    changed = await office.rewrite("anew", facility="mima", may_opt_out=True, multiplier=3)
    assert (changed.status, changed.json["state"]) == (200, "draft"), changed
    assert changed.json["multiplier"] == 3
    unread = await office.step("anew", "review", office.other, read=first)
    assert unread.slug == "moved-on", "nobody agrees to what was written since"
    read = await office.step("anew", "review", office.other, read=first + 1)
    assert read.json["state"] == "reviewed", read
    again = await office.rewrite(
        "anew", office.other, facility="mima", may_opt_out=True, multiplier=4
    )
    assert again.json["state"] == "draft", "what was reviewed is read again"
    assert (await office.step("anew", "start")).slug == "not-from-here"
    assert (await office.step("anew", "review", office.other)).slug == "second-person-needed"
    assert (await office.step("anew", "review")).status == 200
    assert (await office.step("anew", "start")).json["state"] == "live"
    await office.heard()
    assert extra(await bakery.sells(hanako, 1_100), "anew") == 30
    assert extra(await cafe.sells(hanako, 1_100), "anew") == 0, "it stays out still"
    late = await office.rewrite("anew", facility="mima", multiplier=9)
    assert (late.status, late.slug) == (409, "not-from-here"), "what gives is never rewritten"
    steps = (await office.told("anew"))["steps"]
    assert [(one["step"], one["from_state"], one["to_state"]) for one in steps] == [
        (1, None, "draft"), (2, "draft", "draft"), (3, "draft", "reviewed"),
        (4, "reviewed", "draft"), (5, "draft", "reviewed"), (6, "reviewed", "live"),
    ]  # fmt: skip
    kept = (
        "SELECT array_agg(multiplier ORDER BY campaign_id) FROM tenants.campaigns WHERE code = %s"
    )
    assert await mall.value(kept, "anew") == [5, 3, 4], "each version stays as it was written"
    [listed] = [
        one for one in (await office.author.client.get("/v1/admin/campaigns")).json["campaigns"]
        if one["code"] == "anew"
    ]  # fmt: skip
    assert listed["multiplier"] == 4
    other = await office.author.client.ask(
        "PUT", "/v1/admin/campaigns/anew", json=body_of("another")
    )
    assert (other.status, other.json["pointer"]) == (400, "/code")


async def test_a_pause_reaches_the_next_sale_and_a_return_still_knows_what_was_given(
    mall: Mall, office: Running
) -> None:
    bakery = await mall.shop("pausing", "anan")
    hanako = await mall.member()
    await office.live("pause", facility="anan")
    sold = await bakery.sells(hanako, 2_200)
    assert extra(sold, "pause") == 80
    assert (await office.to("pause", "paused")).json["state"] == "paused"
    assert extra(await bakery.sells(hanako, 2_200), "pause") == 0
    body = bakery.asked(hanako, of=sold["slip"], returned_yen=1_100)
    del body["card"]
    back = await bakery.post("/v1/returns", **body)
    assert (back.status, back.json["taken_back_points"]) == (201, 50), back
    assert (await office.to("pause", "live")).json["state"] == "live"
    assert extra(await bakery.sells(hanako, 1_100), "pause") == 40
    await office.to("pause", "paused")
    assert (await office.to("pause", "ended")).json["state"] == "ended"
    assert (await office.to("pause", "live")).slug == "not-from-here"


async def test_a_live_campaign_has_an_earlier_end_and_no_later_one(
    mall: Mall, office: Running
) -> None:
    bakery, hanako = await mall.shop("ending", "mima"), await mall.member()
    await office.live("ending", facility="mima")
    assert (await office.to("ending", "ended", on="2026-07-31")).slug == "not-from-here"
    assert (await office.to("ending", "ended", on="2026-06-02")).slug == "not-from-here"
    ended = await office.to("ending", "ended", on="2026-06-03")
    assert (ended.json["state"], ended.json["to_on"]) == ("live", "2026-06-03"), ended
    assert extra(await bakery.sells(hanako, 1_100), "ending") == 40
    again = await office.draft("ending")
    assert again.slug == "campaign-exists"


async def test_a18_a_campaign_cannot_start_without_a_metric_and_a_group(office: Running) -> None:
    await office.draft("planless", plan=None)
    await office.step("planless", "review", office.other)
    assert (await office.step("planless", "start")).slug == "needs-plan"
    bare = {name: value for name, value in PLAN.items() if name != "no_control_reason"}
    await office.draft("groupless", plan=bare)
    await office.step("groupless", "review", office.other)
    assert (await office.step("groupless", "start")).slug == "needs-plan"


async def test_what_the_premiums_check_finds_needs_a_reason(office: Running) -> None:
    await office.draft("generous", multiplier=50)
    await office.step("generous", "review", office.other)
    refused = await office.step("generous", "start")
    assert (refused.slug, refused.json["rules"]) == ("needs-reason", ["grant-rate"])
    started = await office.step("generous", "start", despite="周年祭の承認済み企画")
    assert started.status == 200, started
    assert "周年祭" in started.json["steps"][-1]["reason"]
    await office.to("generous", "paused")


async def test_the_last_sale_of_a_budget_gets_part_and_is_told_so(
    mall: Mall, office: Running
) -> None:
    bakery = await mall.shop("budget", "komatsushima")
    hanako = await mall.member()
    await office.live("hundred", facility="komatsushima", budget_points=100)
    quoted = await bakery.quote(hanako, 3_300)
    assert extra(quoted, "hundred") == 100
    first = await bakery.sells(hanako, 2_200)
    assert extra(first, "hundred") == 80
    last = await bakery.sells(hanako, 2_200)
    (cut,) = [one for one in last["grants"] if one["rule"] == "campaign:hundred"]
    assert (cut["points"], cut["cut_points"]) == (20, 60)
    assert cut["funders"] == [{"party": "budget", "points": 20}]
    assert extra(await bakery.sells(hanako, 2_200), "hundred") == 0
    assert (await office.told("hundred"))["budget_left_points"] == 0
    undone = bakery.asked(hanako, of=first["slip"], reason=REASON)
    del undone["card"]
    assert (await bakery.post("/v1/reversals", **undone)).status == 201
    assert (await office.told("hundred"))["budget_left_points"] == 80
    back = bakery.asked(hanako, of=last["slip"], returned_yen=2_200)
    del back["card"]
    assert (await bakery.post("/v1/returns", **back)).status == 201
    assert (await office.told("hundred"))["budget_left_points"] == 100
    unreturned = bakery.asked(hanako, of=back["slip"], reason=REASON)
    del unreturned["card"]
    assert (await bakery.post("/v1/reversals", **unreturned)).status == 201
    assert (await office.told("hundred"))["budget_left_points"] == 80


async def test_forty_sales_at_once_never_exceed_a_budget(mall: Mall, office: Running) -> None:
    bakery = await mall.shop("rush", "yoshinogawa")
    await office.live("rush", facility="yoshinogawa", budget_points=333)
    members = await mall.members(40)
    sold = await asyncio.gather(*(bakery.sells(one, 1_100) for one in members))
    given = [extra(one, "rush") for one in sold]
    assert sum(given) == 333
    assert sorted(given) == [0] * 31 + [13] + [40] * 8
    assert (await office.told("rush"))["budget_left_points"] == 0


async def test_m33_a_segment_is_counted_before_it_is_given_to(mall: Mall, office: Running) -> None:
    bakery = await mall.shop("segmented", "awa")
    premium, general = await mall.member("premium"), await mall.member()
    client = office.author.client
    rule = {"is": "all", "of": [{"is": "rank", "any_of": ["premium"]}]}
    made = await client.post(
        "/v1/admin/segments", segment="best", name="上位", name_en="best", rule=rule, reason=REASON
    )
    assert (made.status, made.json["members"]) == (201, None), made
    await office.draft("best", facility="awa", segment="best")
    await office.step("best", "review", office.other)
    assert (await office.step("best", "start")).slug == "segment-not-counted"
    counted = await client.post("/v1/admin/segments/best/count")
    assert (counted.status, counted.json["members"]) == (200, 1), counted
    assert (await office.step("best", "start")).status == 200
    await office.heard()
    assert extra(await bakery.sells(premium, 1_100), "best") == 40
    assert extra(await bakery.sells(general, 1_100), "best") == 0
    assert extra(await bakery.quote(premium, 1_100), "best") == 40
    assert (await office.draft("lost", segment="nobody")).json["pointer"] == "/segment"


async def test_o2_a_campaign_is_rolled_out_in_one_action_with_the_result_per_shop(
    mall: Mall, office: Running
) -> None:
    inside, outside = await mall.shop("inside", "kaifu"), await mall.shop("outside", "kaifu")
    await mall.shop("far", "muya")
    hanako = await mall.member()
    listed = ["inside/inside"]
    await office.live("some", facility="kaifu", shops=listed, may_opt_out=True)
    assert extra(await inside.sells(hanako, 1_100), "some") == 40
    assert extra(await outside.sells(hanako, 1_100), "some") == 0
    named = [*listed, "outside/outside", "far/far", "no/body"]
    told = await office.step("some", "shops", takes_part=True, shops=named)
    assert told.json["shops"] == [
        {"shop": "far/far", "result": "elsewhere"},
        {"shop": "inside/inside", "result": "unchanged"},
        {"shop": "no/body", "result": "unknown"},
        {"shop": "outside/outside", "result": "takes-part"},
    ]
    assert extra(await outside.sells(hanako, 1_100), "some") == 40
    out = await office.step("some", "shops", takes_part=False, shops=listed)
    assert out.json["shops"] == [{"shop": "inside/inside", "result": "stays-out"}]
    assert extra(await inside.sells(hanako, 1_100), "some") == 0
    await office.live("whole", facility="kaifu", stack_group="whole")
    fixed = await office.step("whole", "shops", takes_part=False, shops=listed)
    assert fixed.json["shops"] == [{"shop": "inside/inside", "result": "not-allowed"}]
    shops = (await office.told("some", "/shops"))["shops"]
    assert {one["shop"]: one["result"] for one in shops} == {
        "inside/inside": "stays-out", "outside/outside": "takes-part",
    }  # fmt: skip


async def test_what_it_would_have_given_is_told_before_it_starts(
    mall: Mall, office: Running
) -> None:
    bakery, hanako = await mall.shop("before", "ikeda"), await mall.member()
    await bakery.sells(hanako, 11_000)
    await mall.turn_to(mall.today.replace(day=4))
    await office.draft(
        "foresight", facility="ikeda", cap_points_per_receipt=300,
        shares=[{"funder": "tenant", "weight": 1}, {"funder": "facility", "weight": 1}],
    )  # fmt: skip
    told = await office.told("foresight", "/preview", days=7)
    assert (told["receipts"], told["members"], told["points"]) == (1, 1, 300)
    assert told["costs"] == [
        {"party": "before", "points": 150}, {"party": "ikeda", "points": 150},
    ]  # fmt: skip


async def test_a13_the_outcome_compares_with_a_control_group_that_got_nothing(
    mall: Mall, office: Running
) -> None:
    bakery = await mall.shop("measured", "miyoshi")
    plan = {"metric": "sales", "from_on": "2026-06-01", "to_on": "2026-06-30"}
    await office.live("half", facility="miyoshi", control_bp=5_000, plan=plan)
    members = await mall.members(24)
    sold = [await bakery.sells(one, 1_100) for one in members]
    given = [extra(one, "half") for one in sold]
    assert set(given) == {0, 40}
    told = await office.told("half", "/outcome")
    assert told["given_points"] == sum(given)
    assert told["treated"]["sales_yen"] == 1_100 * given.count(40)
    assert told["control"]["sales_yen"] == 1_100 * given.count(0)
    interval = told["difference"]
    assert interval["low_milli"] <= interval["difference_milli"] <= interval["high_milli"]
