"""Rows of the catalogue that settlement carries, by their numbers: C6, C20, C22, C25, C31, A11."""

from datetime import date
from typing import Any

import pytest

from federation.refusals import Validation
from settlement import calendar
from tenants import foreign, layout
from tests.mall import Mall, Member
from tests.office import card, office
from tests.stories.test_imports import LOTS, approved, file, settled
from tests.stories.test_returns import returned

FIRST, SECOND = date(2026, 6, 3), date(2026, 6, 18)
STARTS, LEAVES = date(2026, 6, 20), date(2026, 6, 25)
REPORT = """reference,shop,business_date,points,paid_yen
R-1001,bakery,2026-06-03,12,1200
R-1002,bakery,2026-06-04,30,3000
"""


def lines(statement: Any) -> dict[int, int]:
    """What stands under each code, in yen."""
    return {one["code"]: one["yen"] for one in statement["lines"] if "yen" in one}


async def test_c6_an_operator_joins_a_second_facility_whose_balances_keep_their_origin(
    mall: Mall,
) -> None:
    """Points of the programme that ended are spent at the first facility, and the second pays."""
    bakery = await mall.shop("bakery", "tokushima")
    await mall.shop("florist", "naruto")
    clerk, other = await office(mall), await office(mall)
    came = card()
    sent = await clerk.sends(file(f"{came},N-1,,,120,2027-03-31,naruto"))
    await approved(sent, other)
    assert (await settled(clerk, sent.json["file"]))["booked"] == 1
    assert await mall.value(LOTS) == [["legacy", "naruto", 120, "2027-03-31", "import"]]
    hanako = Member(await mall.value("SELECT max(member_id) FROM federation.entries"), came)
    await bakery.accepts(hanako, 100)
    assert await mall.points_of(hanako) == 20
    assert (await mall.close(FIRST)).status == 200
    assert {one: yen for one, yen in (await mall.nets(FIRST)).items() if yen} == {
        "bakery": 100, "naruto": -100,
    }  # fmt: skip


async def test_c20_each_point_shows_its_funders_and_they_sum_to_the_whole(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery", "tokushima"), await mall.member()
    shares = {"facility": 2, "tenant": 1, "operator": 1}
    await mall.campaign("rain", "tokushima", (FIRST, FIRST), None, 3, shares)
    for yen in (5_500, 770, 109_890):
        told = await bakery.sells(hanako, yen=yen)
        for grant in told["grants"]:
            assert sum(one["points"] for one in grant["funders"]) == grant["points"]
        assert sum(grant["points"] for grant in told["grants"]) == told["points"]
    whole = (await bakery.sells(hanako, yen=4_400))["grants"][1]
    assert whole["funders"] == [
        {"party": "tokushima", "points": 40}, {"party": "operator", "points": 20},
        {"party": "bakery", "points": 20},
    ]  # fmt: skip


async def test_c22_finance_takes_the_journals_of_a_sale_less_its_points_released_on_use(
    mall: Mall,
) -> None:
    """企業会計基準29号 設例22: what points are worth is owed from the sale, released on use."""
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    await bakery.sells(hanako, yen=55_000)
    await bakery.accepts(hanako, 200)
    assert (await mall.close(FIRST)).status == 200
    office_of = await mall.office(bakery)
    told = (await office_of.get("/v1/settlement/cycles/2026-06-01/journals")).json["journals"]
    moves = [(one["account"], one["yen"]) for each in told for one in each["moves"]]
    assert ("売上高", 500) in moves
    assert ("契約負債", -500) in moves
    assert ("契約負債", 200) in moves
    assert ("ポイント決済", -200) in moves, "what the till rang up as paid by points"
    assert all(sum(one["yen"] for one in each["moves"]) == 0 for each in told)


async def test_c25_a_third_facility_is_settled_from_its_start_date_only(mall: Mall) -> None:
    """It is laid out ahead and joins amid a cycle; another tenant leaves amid it."""
    bakery = await mall.shop("bakery", "tokushima")
    bookshop = await mall.shop("bookshop", "takamatsu")
    florist = await mall.shop("florist", "matsuyama", starts=STARTS)
    hanako, taro = await mall.members(2)
    await mall.terms(monthly_fee_yen=3_000, prorated=True)
    await mall.terms(florist, joined_on=STARTS)
    await mall.terms(bakery, left_on=LEAVES)
    await bakery.sells(hanako, yen=110_000)
    await bookshop.accepts(hanako, 100)
    assert (await mall.close(FIRST)).status == 200
    assert lines(await mall.statement(FIRST, "florist")) == {900: 0}
    assert lines(await mall.statement(FIRST, "matsuyama")) == {900: 0}

    await mall.turn_to(STARTS)
    too_early = florist.sale(taro, 11_000, business_date="2026-06-19")
    refused = await florist.post("/v1/accruals", **too_early)
    assert (refused.status, refused.slug) == (409, "not-yet-in-force")
    spent = florist.spending(hanako, 40, business_date="2026-06-19")
    assert (await florist.post("/v1/redemptions", **spent)).slug == "not-yet-in-force"
    await florist.sells(taro, yen=11_000)
    await florist.accepts(hanako, 40)
    await mall.turn_to(LEAVES)
    await bakery.sells(taro, yen=1_100)
    async with mall.hub.pools.use("worker") as conn:
        stopped = await layout.stop_till(conn, "bakery", "T01")
        assert stopped is not None
        assert stopped[0] == "active"
        await layout.moved(conn)
    await mall.turn_to(LEAVES + calendar.DAY)
    left = await bakery.post("/v1/accruals", **bakery.sale(taro, 1_100))
    assert (left.status, left.slug) == (409, "till-not-active")
    await bookshop.accepts(taro, 60)  # what it gave is honoured, and it pays
    assert (await mall.close(SECOND)).status == 200
    joined, leaving = [lines(await mall.statement(SECOND, one)) for one in ("florist", "bakery")]
    assert (joined[201], joined[302]) == (40, -1_100)  # eleven days of thirty
    assert leaving[302] == -2_500  # twenty-five
    assert -leaving[121] - joined.get(121, 0) == 100  # 40 at the florist's, 60 at the bookshop's
    assert sum((await mall.nets(SECOND)).values()) == 0


async def test_a11_what_was_issued_ties_to_the_ledger_to_the_point(mall: Mall) -> None:
    """By day, shop, facility and kind: the same points as lots, wallets and statements have."""
    bakery = await mall.shop("bakery", "tokushima")
    bookshop = await mall.shop("bookshop", "takamatsu")
    await mall.campaign(
        "rain", "tokushima", (FIRST, FIRST), None, 3, {"facility": 60, "tenant": 40}
    )
    hanako = await mall.member(rank="premium")
    sold = await bakery.sells(hanako, yen=5_500)
    await bakery.sells(hanako, yen=109)
    await mall.turn_to(date(2026, 6, 4))
    await bookshop.sells(hanako, yen=3_300)
    await bookshop.accepts(hanako, 10)
    assert (await returned(bakery, sold, returned_yen=1_100)).status == 201
    operator, office = await mall.operator(), await mall.office(bookshop)
    query = {"from": "2026-06-01", "to": "2026-06-15"}
    told = (await operator.get("/v1/reports/issued", **query)).json
    lots = await mall.value("SELECT sum(points)::bigint FROM federation.lots")
    used = await mall.value("SELECT -sum(points)::bigint FROM federation.entries"
                            " WHERE kind = 'redemption'")  # fmt: skip
    assert told["issued_points"] == lots == 200 + 60
    assert lots - told["taken_back_points"] - used == await mall.points_of(hanako)
    assert told["taken_back_points"] == 40
    by = {(row["shop"], row["source"], row["kind"]): row for row in told["rows"]}
    assert {key: (row["issued_points"], row["taken_back_points"]) for key, row in by.items()} == {
        ("bakery", "accrual", "base"): (50, 0), ("bakery", "accrual", "rank"): (50, 0),
        ("bakery", "accrual", "campaign"): (100, 0), ("bakery", "return", "base"): (0, 10),
        ("bakery", "return", "rank"): (0, 10), ("bakery", "return", "campaign"): (0, 20),
        ("bookshop", "accrual", "base"): (30, 0), ("bookshop", "accrual", "rank"): (30, 0),
    }  # fmt: skip
    assert by["bakery", "accrual", "base"]["facility"] == "tokushima"
    assert (await mall.close(FIRST)).status == 200
    memo = {one["code"]: one["points"] for one in (await mall.statement(FIRST, "bakery"))["lines"]}
    assert memo[831] - memo[832] == 200 - 40
    own = (await office.get("/v1/reports/issued", **query)).json
    assert {row["tenant"] for row in own["rows"]} == {"bookshop"}
    assert own["issued_points"] == 60
    sheet = await operator.ask(
        "GET", "/v1/reports/issued?from=2026-06-01&to=2026-06-15", headers={"accept": "text/csv"}
    )
    rows = [line.split(",") for line in sheet.content.decode("utf-8-sig").splitlines()[1:]]
    assert [[str(cell) for cell in row.values()] for row in told["rows"]] == rows
    far = await operator.get("/v1/reports/issued", **{"from": "2026-01-01", "to": "2026-06-15"})
    assert far.status == 400


async def test_c31_an_outside_programme_stands_apart_and_is_never_settled(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=11_000)
    await bookshop.accepts(hanako, 50)
    given = foreign.read(REPORT.encode())

    async def record(tenant: str = "bakery", lines: str = REPORT) -> int:
        async with mall.hub.pools.bare("worker") as conn:
            told = foreign.read(lines.encode())
            return await foreign.record(conn, tenant, "outside", told, "cli:keiko", mall.now)

    assert [await record(), await record()] == [2, 0]
    with pytest.raises(Validation):
        await record(lines=REPORT.replace("30,3000", "31,3000"))
    with pytest.raises(Validation):
        await record(tenant="bookshop", lines=REPORT.replace("R-", "Q-"))
    assert sum(one.points for one in given) == 42
    office, other, operator = [await mall.office(bakery), await mall.office(bookshop),
                               await mall.operator()]  # fmt: skip
    await mall.turn_to(date(2026, 6, 5))
    told = (await office.get("/v1/reports/foreign")).json
    assert told["points"] == 42
    assert [(one["programme"], one["points"], one["paid_yen"]) for one in told["sums"]] == [
        ("outside", 12, 1_200), ("outside", 30, 3_000),
    ]  # fmt: skip
    assert (await other.get("/v1/reports/foreign")).json["points"] == 0
    assert (await operator.get("/v1/reports/foreign")).json["sums"] == told["sums"]
    assert await mall.points_of(hanako) == 50
    issued = (await operator.get("/v1/reports/issued")).json
    assert issued["issued_points"] == 100
    assert (await mall.close(FIRST)).status == 200
    assert await mall.nets(FIRST) == {"bakery": -50, "bookshop": 50}
    assert b"outside" not in b"".join(await mall.sealed(FIRST))


@pytest.mark.parametrize(
    "wrong",
    ["reference,shop\nR-1,bakery\n", REPORT.replace("12,", "0,", 1), REPORT.replace("1002", "1001"),
     REPORT.replace("2026-06-04", "6/4"), REPORT.replace("3000", "-1"), "\xff\x00"],
)  # fmt: skip
def test_c31_a_report_that_is_wrong_is_refused_by_its_line(wrong: str) -> None:
    with pytest.raises(Validation) as refused:
        foreign.read(wrong.encode("latin-1"))
    assert refused.value.extra["pointer"].startswith("/")
