"""精算されるクーポン: whoever funds a coupon pays the shop that took it, to the yen, sealed and
proved, whenever points are paid for."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from settlement.commands import verify
from tests.conftest import Given
from tests.coupons.town import Town, open_town, takes, use
from tests.mall import Funding, Shop
from tests.settlement.recompute import recompute
from tests.settlement.replays import off
from tests.settlement.test_verify import stated
from tests.stories.test_reversals import undo

DAY = date(2026, 6, 3)
OF_TWO = [{"funder": "facility", "weight": 60}, {"funder": "tenant", "weight": 40}]


@pytest.fixture(scope="module", params=["at-redemption", "at-issue"])
async def town(
    request: pytest.FixtureRequest,
    given: Given,
    template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Town]:
    """A cycle with points and coupons, closed."""
    funding: Funding = request.param
    folder = tmp_path_factory.mktemp("settled")
    name = f"meguri_test_settled_{funding.replace('-', '_')}"
    async with open_town(given, template, folder, name, funding) as ours:
        ours.funding = funding  # type: ignore[attr-defined]
        await lived(ours)
        yield ours


async def lived(town: Town) -> None:
    """500 円 off, 60/40 of facility and shop, used at both; one of them undone, one returned in
    half; and the bakery's own 100 円, which it owes to nobody."""
    bakery, bookshop, mall = town.bakery, town.bookshop, town.mall
    await mall.terms(bakery, redeem_fee_bp=1_000)
    await town.publishes("co", off_yen=505, shares=OF_TWO, per_member=9)
    own = [{"funder": "tenant", "weight": 1}]
    await town.publishes("own", off_yen=100, shares=own, shops=["bakery"])
    hanako = await mall.member()
    await took(bakery, use(bakery, hanako, "co", 3_000))
    await took(bakery, use(bakery, hanako, "own", 3_000))
    gone = use(bookshop, hanako, "co", 3_000)
    await took(bookshop, gone)
    assert (await undo(bookshop, gone["slip"])).status == 201
    half = use(bookshop, hanako, "co", 2_505, receipt_no="7001")
    await took(bookshop, half)
    sale = bookshop.sale(hanako, 2_000, receipt_no="7001")
    await bookshop.post("/v1/accruals", **sale)
    asked = {k: v for k, v in bookshop.asked(hanako).items() if k != "card"}
    answer = await bookshop.post("/v1/returns", **asked, of=sale["slip"], returned_yen=1_000)
    assert answer.json["coupon_yen"] == 252
    town.points = await mall.points_of(hanako)  # type: ignore[attr-defined]
    town.running = await became(town)  # type: ignore[attr-defined]
    assert (await mall.close(DAY)).status == 200


async def became(town: Town) -> list[dict[str, Any]]:
    """What each shop's points did, as its office reads it."""
    offices = [await town.mall.office(shop) for shop in (town.bakery, town.bookshop)]
    told = [(await office.get("/v1/flows")).json for office in offices]
    for one in told:
        cycles = one.pop("cycles")
        one["of cycles"] = [cycle["issued_points"] for cycle in cycles]
    return told


async def took(shop: Shop, body: dict[str, Any]) -> None:
    answer = await takes(shop, body)
    assert answer.status == 201, answer


async def test_whoever_funds_a_coupon_pays_the_shop_that_took_it(town: Town) -> None:
    mall, funding = town.mall, town.funding  # type: ignore[attr-defined]
    points = town.points  # type: ignore[attr-defined]
    bakery, bookshop = await mall.yen(DAY, "bakery"), await mall.yen(DAY, "bookshop")
    facility = await mall.yen(DAY, "tokushima")
    if funding == "at-redemption":
        assert bakery == {124: -302, 204: 605, 900: 303}
        assert bookshop == {124: -404, 132: 303, 204: 1_010, 205: -757, 900: 152}
        assert facility == {124: -909, 132: 454, 900: -455}
        assert await mall.nets(DAY) == {"bakery": 303, "bookshop": 152, "tokushima": -455}
    else:
        assert bakery == {104: -302, 204: 605, 900: 303}
        assert {code: bookshop[code] for code in (104, 115, 204, 205)} == {
            104: -404, 115: 303, 204: 1_010, 205: -757,
        }  # fmt: skip
        assert facility == {104: -909, 115: 454, 900: -455}
        nets = await mall.nets(DAY)
        assert nets == {"bakery": 303, "bookshop": 152 - points, "tokushima": -455, "fund": points}


async def test_a_coupon_is_no_point_in_the_statistics(town: Town) -> None:
    operator = await town.mall.operator()
    asked = {"first_on": DAY.isoformat(), "last_on": (DAY + timedelta(days=1)).isoformat()}
    issued = (await operator.get("/v1/reports/issued", **asked)).json
    points = town.points  # type: ignore[attr-defined]
    assert issued["issued_points"] - issued["taken_back_points"] == points
    liability = (await operator.get("/v1/admin/liability", on=DAY.isoformat())).json
    whole = next(one for one in liability["roll"] if one["funder"] == "*")
    assert whole["closing"] == points
    assert whole["used"] == 0
    found = (await operator.get("/v1/admin/outstanding")).json
    assert (found["total"]["outstanding_points"], found["total"]["redeemed_points"]) == (points, 0)


async def test_a_coupon_is_none_of_a_tenants_points_before_the_close_nor_after(town: Town) -> None:
    running = town.running  # type: ignore[attr-defined]
    assert running == await became(town)
    assert [one["redeemed_here_points"] for one in running] == [0, 0]
    assert sum(one["issued_points"] - one["recovered_points"] for one in running) == town.points  # type: ignore[attr-defined]


async def test_the_sealed_file_proves_it(town: Town, tmp_path: Path) -> None:
    sealed = await town.mall.sealed(DAY)
    path = tmp_path / "cycle.ndjson"
    path.write_bytes(b"".join(sealed))
    assert recompute(path) == stated(path), "by other hands"
    proved = CliRunner().invoke(verify, [str(path)])
    assert proved.exit_code == 0, proved.output
    one = next(n for n, line in enumerate(sealed) if b'"rule":"coupon:co"' in line)
    path.write_bytes(
        b"".join([*sealed[:one], sealed[one].replace(b":303", b":304"), *sealed[one + 1 :]])
    )
    assert CliRunner().invoke(verify, [str(path)]).exit_code == 1


async def test_as_things_were_a_replay_comes_to_the_same(town: Town) -> None:
    async with town.mall.hub.pools.bare("auditor") as conn:
        assert await off(conn, town.mall.now) == []
