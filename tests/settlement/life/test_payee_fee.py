"""先方負担: the fee of a transfer stays behind, is shown, and what came is matched without it."""

from datetime import date, time

import pytest
from msgspec import structs

from settlement.bank import entering
from settlement.bank.routing import Held, Net
from tests.mall import LONG_AGO, WHY, Mall
from tests.settlement.bank.notices import booked
from tests.settlement.bank.test_routing import AGREED, net, planned
from tests.settlement.life.offices import ID, Finance
from tests.settlement.life.test_coming_back import told


@pytest.mark.parametrize(("yen", "sent"), [(10_000, 9_560), (441, 1), (440, None), (1, None)])
def test_a_fee_that_the_payee_bears_stays_behind(yen: int, sent: int | None) -> None:
    agreed = structs.replace(AGREED, payee_fees={"setouchi": 440})
    found = planned(net("setouchi", yen), net("awa", -341), agreed=agreed)
    assert [one.yen for _, one in found.transfers] == ([] if sent is None else [sent])
    held = Held("setouchi", yen, "STL-setouchi", "below-fee")
    assert found.held == (() if sent is not None else (held,))
    assert [one.yen for _, one in found.debits] == [341]  # a debit bears none


def test_who_agreed_nothing_gets_all_of_it() -> None:
    found = planned(Net("setouchi", 275, "S"), agreed=AGREED)
    assert [one.yen for _, one in found.transfers] == [275]


async def test_a_payee_bears_the_fee_from_the_plan_to_the_banks_line(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako, finance = await mall.member(), Finance(mall)
    await bakery.sells(hanako, yen=330_000)
    await bookshop.accepts(hanako, points=1_000)
    await finance.opens("bakery", "bookshop")
    async with mall.hub.pools.use("worker") as conn:
        await entering.set_route(conn, "bookshop", "TRANSFER", LONG_AGO, WHY, mall.now, 440)
    await finance.until_sent()
    paid = (await finance.paid())["bookshop"]
    assert (paid["yen"], paid["fee_yen"], paid["route"]) == (1_000, 440, "TRANSFER")
    due = await finance.due(bookshop)
    assert (due["due_yen"], [one["fee_yen"] for one in due["payments"]]) == (1_000, [440])
    file = (await finance.files())["zengin-21"]
    assert (file.yen, b"0000000560" in file.body) == (560, True)
    await mall.turn_to(date(2026, 7, 1), time(10, 0))
    line = booked("2", 560, "ﾎﾝﾔ(ｶ", reference=1, edi=f"{ID}-1-2")
    await finance.takes_statement(told(line, came=[], went=[560]))
    paid = (await finance.paid())["bookshop"]
    assert (paid["state"], paid["settled_yen"]) == ("settled", 1_000)
    assert (await finance.paid())["bakery"]["fee_yen"] == 0
