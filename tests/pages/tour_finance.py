"""A finance office in the middle of its month: a cycle that came back, one in dispute, one that is
to be closed, and the people who see to them; every page of theirs by its path."""

from datetime import date, time

from settlement.breaks import book
from settlement.exposure import caps
from settlement.exposure.proposing import Asked, propose
from settlement.life import board, send
from tests.mall import LONG_AGO, WHY, Mall
from tests.people.persons import Person, Staff
from tests.settlement.life.offices import CYCLE, JUNE, MARGIN, Finance, answered

DISPUTED = "2026-06-16"


async def tour(mall: Mall, staff: Staff) -> list[tuple[str, Person | None, str]]:
    """Every page of the finance office, over a small scene."""
    await scene(mall, staff)
    keiko = await staff.person("keiko", "finance-preparer")
    masao = await staff.person("masao", "finance-approver", passkey=True)
    async with mall.hub.pools.bare("worker") as conn:
        cap = Asked("cap", mall.today, "契約書 第4条の改定", 30_000, 60_000)
        await propose(conn, "bakery", cap, keiko.person_id, mall.now)
    first, statement = f"/console/cycles/{CYCLE}", f"/console/cycles/{CYCLE}/statements/bakery"
    thought = f"/console/whatif/behind?from={CYCLE}&to={CYCLE}&party=bakery"
    return [
        ("cycles", keiko, "/console/cycles"),
        ("cycle", keiko, first),
        ("cycle-points", keiko, f"{first}?measure=points"),
        ("cycle-open", keiko, "/console/cycles/2026-07-01"),
        ("owed", keiko, f"{first}/owed?debtor=bakery&creditor=bookshop"),
        ("lots", keiko, "/console/liability/lots"),
        ("moved", keiko, "/console/liability/moved?movement=base"),
        ("uses", keiko, "/console/liability/uses"),
        ("give-take", keiko, "/console/give-take/cycles?party=bakery&figure=balance"),
        ("cell", keiko, f"{first}/cell?funder=bakery&tenant=bookshop"),
        ("statement", keiko, statement),
        ("statement-line", keiko, f"{statement}/lines/121"),
        ("payments", keiko, f"{first}/payments"),
        ("payments-to-approve", masao, f"/console/cycles/{DISPUTED}/payments"),
        ("cycle-disputes", keiko, f"/console/cycles/{DISPUTED}/disputes"),
        ("verify", masao, f"{first}/verify"),
        ("disputes", keiko, "/console/disputes"),
        ("overdue", keiko, "/console/overdue"),
        ("carried", keiko, "/console/carried"),
        ("whatif", keiko, "/console/whatif"),
        ("whatif-told", keiko, f"/console/whatif?from={CYCLE}&to={CYCLE}&point_fee_milliyen=500"),
        ("whatif-behind", keiko, f"{thought}&funding=at-issue&figure=difference"),
        (
            "whatif-entries",
            keiko,
            f"{thought}&funding=redeemer-bears&figure=funding&other=bookshop",
        ),
        ("expected", keiko, "/console/liability/expected?figure=use"),
        ("expected-need", keiko, "/console/liability/expected?figure=high&cycles=1"),
        ("exposure", keiko, "/console/exposure"),
        ("exposure-of-one", keiko, "/console/exposure/bakery"),
        ("exposure-running", keiko, "/console/exposure/bookshop/running?cycle=2026-07-01"),
        ("exposure-to-approve", masao, "/console/exposure/bakery"),
        ("liability", keiko, "/console/liability"),
        ("journals", keiko, "/console/journals?month=2026-06"),
        ("reconciliation", keiko, "/console/reconciliation?state=all"),
    ]


async def scene(mall: Mall, staff: Staff) -> None:
    """Two cycles of June: the first came back from the bank in part, the second is disputed."""
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    florist = await mall.shop("florist", facility="takamatsu")
    hanako, taro = await mall.members(2)
    office = Finance(mall)
    await office.opens("bakery", "bookshop", "florist")
    await bakery.sells(hanako, yen=330_000)
    await florist.sells(taro, yen=110_000)
    await bookshop.accepts(hanako, points=1_000)
    await bakery.accepts(taro, points=300)
    await bookshop.accepts(taro, points=200)
    await mall.terms(point_fee_milliyen=50, redeem_fee_bp=100)
    async with mall.hub.pools.bare("worker") as conn:
        await caps.agree(conn, "bakery", LONG_AGO, 500, 5_000, WHY, mall.now)
    assert (await mall.close(JUNE)).status == 200
    await bakery.sells(hanako, yen=55_000)
    await florist.accepts(hanako, points=700)
    assert (await office.confirms()).status == 200
    await mall.turn_to(MARGIN.date(), time(10, 0))
    await office.approves()
    await mall.turn_to(date(2026, 6, 25), time(10, 0))
    await office.sends()
    assert (await mall.close(date(2026, 6, 20))).status == 200
    assert (await office.confirms(DISPUTED)).status == 200
    await mall.turn_to(date(2026, 7, 3), time(10, 0))
    await bookshop.accepts(hanako, points=400)
    client = await mall.office(florist)
    told = {"cycle": DISPUTED, "code": 201, "reason": "返品が含まれていません",
            "evidence": "レジ日計 6/24", "yen": 100}  # fmt: skip
    answer = await client.post("/v1/settlement/disputes", **told)
    assert answer.status == 201, answer
    await mall.turn_to(date(2026, 7, 8), time(10, 0))
    await office.sends()
    await mall.turn_to(date(2026, 7, 30), time(10, 0))
    files = await office.files()
    await office.takes_results(answered(files["zengin-91"].body, {"20260601001": "1"}))
    async with mall.hub.pools.bare("worker") as conn:
        for one in await board.paid(conn, 20260601):
            if one.state == "failed":
                await send.carry(conn, one.reference, "keiko", mall.now)
    async with mall.hub.pools.bare("worker") as conn:
        await book.compare(conn, mall.now)
