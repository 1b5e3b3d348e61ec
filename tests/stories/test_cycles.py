"""A cycle closed and a cycle chained to it; flows between shops; a hub that has lost its Redis."""

import asyncio
import csv
import re
from datetime import date
from pathlib import Path

import pytest

from auth import bell
from auth.clients import revoke
from deploy.clock import wall
from federation.days import months_later
from settlement import calendar
from settlement.paper import behind_api
from settlement.statement import CATALOGUE
from settlement.verify import examine
from tests.conftest import Given
from tests.mall import Mall, serving, settings_for

FIRST, SECOND = date(2026, 6, 1), date(2026, 6, 16)


async def sealed(mall: Mall, day: date) -> list[bytes]:
    """The sealed file of a closed cycle, line by line."""
    file = await (await mall.operator()).get(f"/v1/settlement/cycles/{day}/seal")
    assert file.status == 200, file
    return file.content.splitlines(keepends=True)


async def test_a_seal_is_chained_to_the_one_before_and_a_swapped_one_is_named(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=11_000)
    await bookshop.accepts(hanako, points=30)
    assert (await mall.close(FIRST)).status == 200
    await mall.turn_to(date(2026, 6, 20))
    await bookshop.accepts(hanako, points=40)
    assert (await mall.close(SECOND)).status == 200
    first, second = await sealed(mall, FIRST), await sealed(mall, SECOND)
    one = examine(first)
    two = examine(second, expected_previous=one.seal)
    assert (one.faults, two.faults) == ((), ())
    assert examine(second, expected_previous=two.seal).faults, "another seal stands before it"
    assert examine(first, expected_seal=two.seal).faults, "one file passed off as the other"
    assert await mall.nets(FIRST) == {"bakery": -30, "bookshop": 30}
    assert await mall.nets(SECOND) == {"bakery": -40, "bookshop": 40}


async def test_closing_twice_gives_the_same_seal(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    await bakery.sells(hanako, yen=11_000)
    first, again = await mall.close(FIRST), await mall.close(FIRST)
    assert (first.status, first.content) == (200, again.content)


async def test_points_earned_in_a_store_are_spent_in_its_web_shop_in_one_history(
    mall: Mall,
) -> None:
    store, web = await mall.shop("store"), await mall.shop("web", "online")
    hanako = await mall.member()
    await store.sells(hanako, yen=11_000)
    await web.accepts(hanako, points=60)
    entries = (await (await mall.operator()).get("/v1/entries")).json["entries"]
    assert [(one["kind"], one["points"]) for one in entries] == [
        ("redemption", -60),
        ("accrual", 100),
    ]
    assert len({one["member"] for one in entries}) == 1


async def test_a_tenant_sees_what_it_gave_and_what_it_took_and_nobody_elses(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=22_000)
    await bookshop.accepts(hanako, points=70)
    await bakery.accepts(hanako, points=30)
    flows = (await (await mall.office(bakery)).get("/v1/flows")).json
    assert flows["issued_points"] == 200
    assert flows["redeemed_here_points"] == 30
    assert flows["redeemed_elsewhere_points"] == 70
    assert flows["outstanding_points"] == 100
    foreign = await (await mall.office(bakery)).get("/v1/flows", party="bookshop")
    assert foreign.status == 404


async def test_a_statement_opens_in_a_spreadsheet(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=11_000)
    await bookshop.accepts(hanako, points=30)
    await mall.close(FIRST)
    office = await mall.office(bakery)
    path = f"/v1/settlement/cycles/{FIRST}/statement"
    sheet = await office.ask("GET", path, headers={"accept": "text/csv"})
    assert sheet.headers["content-type"].startswith("text/csv")
    lines = sheet.content.decode("utf-8-sig").split("\r\n")
    assert lines[0].startswith("精算番号,期,当事者,コード,科目")
    told = (await office.get(path)).json
    assert len(lines) == 1 + len(told["lines"]) + 1
    assert lines[-2].endswith(",-30,,,"), "the total stands last"


async def test_the_entries_behind_a_line_open_in_a_spreadsheet_and_none_is_left_out_unsaid(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=110_000)
    for points in (10, 20, 30):
        await bookshop.accepts(hanako, points=points)
    await mall.close(FIRST)
    office = await mall.office(bookshop)
    path = f"/v1/settlement/cycles/{FIRST}/lines/201/entries"
    told = (await office.get(path)).json["entries"]
    in_csv = {"accept": "text/csv"}
    sheet = await office.ask("GET", path, headers=in_csv)
    rows = list(csv.DictReader(sheet.content.decode("utf-8-sig").split("\r\n")))
    assert "link" not in sheet.headers
    assert {(one["科目"], one["種別"], one["Kind"]) for one in rows} == {
        (CATALOGUE[201][0], "利用", "redemption")
    }
    assert [(one["取引番号"], one["会員"], one["端末"], one["円"]) for one in rows] == [
        (one["entry"], one["member"], one["till"], str(one["yen"])) for one in told
    ]
    monkeypatch.setattr(behind_api, "MOST_IN_SHEET", 2)
    newest = await office.ask("GET", path, headers=in_csv)
    assert newest.content.decode().splitlines() == sheet.content.decode().splitlines()[:3]
    older = re.fullmatch(r'<(.+)>; rel="next"', newest.headers["link"])
    assert older
    rest = await office.ask("GET", older[1], headers=in_csv)
    assert rest.content.decode().splitlines()[1:] == sheet.content.decode().splitlines()[3:]

    theirs = await (await mall.office(bakery)).ask(
        "GET", path.replace("201", "121"), headers=in_csv
    )
    for one in csv.DictReader(theirs.content.decode("utf-8-sig").split("\r\n")):
        assert (one["端末"], one["伝票"], one["会員"], one["日時"]) == ("", "", "", "")


async def test_a_year_of_days_is_told_and_not_the_last_two_dozen(
    given: Given, database: str, tmp_path: Path
) -> None:
    settings = settings_for(database, given.redis_url, tmp_path)
    async with serving(settings, cycles="DAILY") as mall:  # from the days on that are not planned
        bakery, bookshop = await mall.shops("bakery", "bookshop")
        hanako = await mall.member()
        await bakery.sells(hanako, yen=110_000)
        closed: list[calendar.Cycle] = []
        busy: set[date] = set()
        at = mall.today
        while len(closed) < 36:
            await mall.turn_to(max(mall.today, at))
            await bookshop.accepts(hanako, points=10)
            busy.add((await mall.cycle_of(mall.today)).first_on)
            closed.append(await mall.cycle_of(at))
            assert (await mall.close(at)).status == 200
            at = closed[-1].last_on + calendar.DAY
        operator = await mall.operator()
        flows = (await (await mall.office(bookshop)).get("/v1/flows")).json
        told = [one["cycle"] for one in flows["cycles"] if not one["running"]]
        stated = [str(one.first_on) for one in reversed(closed) if one.first_on in busy]
        assert told == stated
        assert len(stated) > 24
        needs = (await operator.get("/v1/admin/liability")).json["needs"]
        assert needs[0]["runs"] == len(closed)
        await mall.turn_to(months_later(closed[9].last_on, 12))
        flows = (await (await mall.office(bookshop)).get("/v1/flows")).json
        still = {one["cycle"] for one in flows["cycles"]}
        assert str(closed[9].first_on) in stated
        assert str(closed[9].first_on) not in still
        assert str(closed[10].first_on) in still
        needs = (await operator.get("/v1/admin/liability")).json["needs"]
        assert needs[0]["runs"] == len(closed) - 10


async def test_a_revocation_reaches_readers_by_the_bell(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    assert (await bakery.get("/v1/entries")).status == 200
    async with mall.hub.pools.bare("worker") as conn:
        await revoke(conn, bakery.client_id, wall())
    await bell.ring(mall.hub.settings.redis_url, "client")
    for _ in range(500):
        if (await bakery.get("/v1/entries")).status == 401:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("a revoked client still reads after five seconds")


async def test_without_redis_points_are_given_and_a_revocation_holds_for_money(
    given: Given, database: str, tmp_path: Path
) -> None:
    settings = settings_for(database, "redis://127.0.0.1:1/0", tmp_path)
    async with serving(settings) as mall:
        bakery, hanako = await mall.shop("bakery"), await mall.member()
        for _ in range(
            2
        ):  # after the first, the gate knows the client as of this count of the doors
            await bakery.sells(hanako, yen=5_500)
        async with mall.hub.pools.bare("worker") as conn:
            await revoke(conn, bakery.client_id, wall())
        refused = await bakery.post("/v1/accruals", **bakery.sale(hanako, yen=11_000))
        assert (refused.status, refused.slug) == (401, "invalid-token")
        assert await mall.points_of(hanako) == 100


async def test_a_new_shop_sells_at_once_also_where_nothing_was_booked_since(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    assert (await bakery.get("/v1/tills/T01")).status == 200
    bookshop = await mall.shop("bookshop")
    for _ in range(300):
        if (await bookshop.get("/v1/tills/T01")).status == 200:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the mall has not heard of the new shop")
