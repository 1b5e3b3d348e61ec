"""What shops and the operator see of a close, over HTTP."""

from datetime import date
from typing import Any

import pytest

from settlement.verify import examine
from tests.mall import Client, Mall, Shop

JUNE = date(2026, 6, 3)
CYCLE = "/v1/settlement/cycles/2026-06-01"
JUNK = ["2026-06-02", "20260601", "2026-6-1", "2026-06-31", "x", "2027-12-16", "1999-01-01", "%00"]


@pytest.fixture
async def trade(mall: Mall) -> tuple[Shop, Shop]:
    """A bakery whose points were partly spent at a bookshop, partly in its own shop; some of the
    bookshop's came the other way, and one redemption was undone."""
    bakery, bookshop = await mall.shop("bakery", "tokushima"), await mall.shop("bookshop")
    hanako, taro = await mall.members(2)
    await bakery.sells(hanako, yen=33_000)
    await bookshop.accepts(hanako, points=100)
    await bakery.accepts(hanako, points=40)
    undone = (await bookshop.accepts(hanako, points=30))["slip"]
    asked = {key: value for key, value in bookshop.asked(hanako).items() if key != "card"}
    answer = await bookshop.post("/v1/reversals", **asked, of=undone, reason="打ち間違い")
    assert answer.status == 201, answer
    await bookshop.sells(hanako, yen=1_100)
    await bookshop.sells(taro, yen=2_200)
    await bakery.accepts(taro, points=7)
    return bakery, bookshop


async def test_a_closed_cycle_is_told_to_each_party_and_sealed_for_all(
    mall: Mall, trade: tuple[Shop, Shop]
) -> None:
    bakery, bookshop = [await mall.office(shop) for shop in trade]
    operator = await mall.operator()
    assert (await bakery.get(f"{CYCLE}/statement")).status == 404
    assert (await operator.get(f"{CYCLE}/seal")).status == 404
    assert (await bakery.get(CYCLE)).json["state"] == "open"

    done = await mall.close(JUNE)
    assert (done.status, done.json["state"]) == (200, "closed")
    assert (await mall.close(JUNE)).content == done.content

    told = (await bakery.get(f"{CYCLE}/statement")).json
    assert told["total_yen"] == -93
    assert [(one["code"], one.get("yen")) for one in told["lines"]] == [
        (121, -170), (131, 30), (201, 47), (801, None), (831, None), (900, -93),
    ]  # fmt: skip
    assert (await bookshop.get(f"{CYCLE}/statement")).json["total_yen"] == +93

    shown = (await bakery.get(CYCLE)).json
    assert shown["seal"] == done.json["seal"]
    assert (shown["closes_on"], shown["pays_on"]) == ("2026-06-17", "2026-06-30")

    file = await operator.get(f"{CYCLE}/seal")
    assert file.headers["content-type"].startswith("application/x-ndjson")
    assert file.headers["etag"] == f'"{shown["seal"]}"'
    verdict = examine(file.content.splitlines(keepends=True), shown["seal"])
    assert (verdict.faults, verdict.draws, verdict.grants) == ((), 5, 3)


async def test_a_shop_sees_no_one_s_statement_but_its_own(
    mall: Mall, trade: tuple[Shop, Shop]
) -> None:
    await mall.close(JUNE)
    bakery, operator = await mall.office(trade[0]), await mall.operator()
    own = await bakery.get(f"{CYCLE}/statement", party="bakery")
    assert own.json["party"]["party"] == "bakery"
    foreign = await bakery.get(f"{CYCLE}/statement", party="bookshop")
    unknown = await bakery.get(f"{CYCLE}/statement", party="nobody")
    assert foreign.status == unknown.status == 404
    assert foreign.content == unknown.content
    assert (await bakery.get("/v1/flows", party="bookshop")).status == 404
    for party in ("bakery", "bookshop", "tokushima", "operator"):
        told = await operator.get(f"{CYCLE}/statement", party=party)
        assert told.json["party"]["party"] == party
    assert (await operator.get(f"{CYCLE}/statement")).json["party"]["party"] == "operator"
    assert (await operator.get(f"{CYCLE}/statement", party="nobody")).status == 404


async def test_what_a_shop_may_not_do_is_refused(mall: Mall, trade: tuple[Shop, Shop]) -> None:
    bakery = await mall.office(trade[0])
    assert (await bakery.get(f"{CYCLE}/seal")).slug == "insufficient-scope"
    close = await bakery.ask("POST", "/v1/admin/cycles/2026-06-01/close")
    assert close.slug == "insufficient-scope"
    assert (await trade[0].get("/v1/flows")).slug == "insufficient-scope"


async def test_an_unknown_cycle_does_not_exist(mall: Mall, trade: tuple[Shop, Shop]) -> None:
    operator = await mall.operator()
    for name in JUNK:
        for path in ("", "/statement", "/seal"):
            answer = await operator.get(f"/v1/settlement/cycles/{name}{path}")
            assert (answer.status, answer.slug) == (404, "not-found"), (name, path)
        answer = await operator.ask("POST", f"/v1/admin/cycles/{name}/close")
        assert (answer.status, name) in {(404, name), (409, "2027-12-16")}


async def test_a_cycle_closes_when_it_is_over_and_the_oldest_first(mall: Mall) -> None:
    operator = await mall.operator()
    early = await operator.ask("POST", "/v1/admin/cycles/2026-06-01/close")
    assert (early.status, early.slug) == (409, "cycle-not-over")
    await mall.turn_to(date(2026, 7, 2))
    later = await operator.ask("POST", "/v1/admin/cycles/2026-06-16/close")
    assert (later.status, later.slug) == (409, "earlier-cycle-open")
    assert "oldest first" in later.json["title_en"]


async def test_cycles_are_listed_newest_first_page_by_page(mall: Mall) -> None:
    await mall.turn_to(date(2026, 8, 20))
    operator = await mall.operator()
    pages = [(await operator.get("/v1/settlement/cycles", limit=2)).json]
    while after := pages[-1]["next"]:
        pages.append((await operator.get("/v1/settlement/cycles", limit=2, after=after)).json)
    names = [one["cycle"] for page in pages for one in page["cycles"]]
    assert names[:3] == ["2026-08-16", "2026-08-01", "2026-07-16"]
    assert names == sorted(set(names), reverse=True)
    shop = await mall.office(await mall.shop("bakery"))
    stolen = await shop.get("/v1/settlement/cycles", after=pages[0]["next"])
    assert stolen.status == 404


async def flows(client: Client) -> dict[str, Any]:
    answer = await client.get("/v1/flows")
    assert answer.status == 200, answer
    found: dict[str, Any] = answer.json
    return found


async def test_a_shop_sees_where_its_points_went_before_and_after_the_close(
    mall: Mall, trade: tuple[Shop, Shop]
) -> None:
    """Closing moves the figures from the books to the settlement, and changes none of them."""
    bakery, bookshop = [await mall.office(shop) for shop in trade]
    running = await flows(bakery)
    assert {key: value for key, value in running.items() if key != "cycles"} == {
        "party": "bakery",
        "issued_points": 300,
        "recovered_points": 0,
        "redeemed_here_points": 40,
        "redeemed_elsewhere_points": 100,
        "lapsed_points": 0,
        "outstanding_points": 160,
    }
    assert running["cycles"] == [
        {
            "cycle": "2026-06-01",
            "running": True,
            "row": [
                {"party": "bakery", "points": 40, "yen": 40},
                {"party": "bookshop", "points": 100, "yen": 100},
            ],
            "column": [
                {"party": "bakery", "points": 40, "yen": 40},
                {"party": "bookshop", "points": 7, "yen": 7},
            ],
            "issued_points": 300,
            "net_yen": -93,
        }
    ]
    theirs = await flows(bookshop)
    assert theirs["cycles"][0]["net_yen"] == +93
    await mall.close(JUNE)
    summed = await flows(bakery)
    assert summed["cycles"][0].pop("running") is False
    running["cycles"][0].pop("running")
    assert summed == running


async def test_outstanding_is_what_the_lots_hold(mall: Mall, trade: tuple[Shop, Shop]) -> None:
    await mall.close(JUNE)
    hanako = await mall.member()
    await trade[0].sells(hanako, yen=5_500)
    await trade[1].accepts(hanako, points=20)
    for shop in trade:
        told = await flows(await mall.office(shop))
        left = await mall.value(
            "SELECT sum(points_left) FROM federation.lots WHERE funder_id = %s", shop.tenant_id
        )
        assert told["outstanding_points"] == left
