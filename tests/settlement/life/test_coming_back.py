"""What the bank says of a cycle: taken once, matched, and what came back is sent again."""

from datetime import date, time

import pytest

from settlement.bank.refusals import BankFileNotReleasable, BankResultRefused
from settlement.life.refusals import FourEyes, NothingCameBack, WrongState
from tests.mall import Mall, Shop
from tests.settlement.bank.notices import booked, end, file, statement_header, statement_trailer
from tests.settlement.life.offices import CHIEF, ID, KEEPER, Finance

Trade = tuple[Finance, Shop, Shop]


@pytest.fixture
async def trade(mall: Mall) -> Trade:
    """A bakery that owes a bookshop 1,000 円, asked for it by an invoice; both have been sent."""
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=330_000)
    await bookshop.accepts(hanako, points=1_000)
    finance = Finance(mall)
    await finance.opens("bakery", "bookshop", route="INVOICE")
    await finance.until_sent()
    await mall.turn_to(date(2026, 7, 1), time(10, 0))
    return finance, bakery, bookshop


def told(*lines: str, came: list[int], went: list[int]) -> bytes:
    """入出金取引明細 of the operator's account."""
    after = 1_000_000 + sum(came) - sum(went)
    return file([statement_header(), *lines, statement_trailer(came, went, after), end()])


async def test_a_returned_transfer_is_sent_again_under_a_new_reference(trade: Trade) -> None:
    finance, *_ = trade
    first = (await finance.paid())["bookshop"]["reference"]
    back = told(
        booked("2", 1_000, "ﾎﾝﾔ(ｶ", reference=1, edi=first),
        booked("1", 1_000, "ﾎﾝﾔ(ｶ", reference=2, summary="ｸﾐﾓﾄﾞｼ"),
        booked("1", 1_000, "ｶ)ﾊﾟﾝﾔ", reference=3),
        came=[1_000, 1_000], went=[1_000],
    )  # fmt: skip
    answer = await finance.takes_statement(back)
    assert await finance.takes_statement(back) == answer
    paid = await finance.paid()
    assert (paid["bookshop"]["state"], paid["bakery"]["state"]) == ("returned", "settled")
    assert await finance.state() == "returned"

    await finance.moves_account("bookshop", "8888888")
    plan = await finance.sends_again()
    assert plan.plan == 2
    assert await finance.sends_again() == plan
    with pytest.raises(WrongState):
        await finance.sends()
    with pytest.raises(FourEyes):
        await finance.approves(KEEPER)
    await finance.approves(CHIEF)
    await finance.sends()
    assert await finance.state() == "sent"
    again = (await finance.paid())["bookshop"]
    assert (again["of_reference"], again["reference"]) == (first, f"{ID}-2-1")
    assert b"8888888" in (await finance.files())["zengin-21"].body

    await finance.mall.turn_to(date(2026, 7, 3), time(18, 0))
    went = told(booked("2", 1_000, "ﾎﾝﾔ(ｶ", reference=9, edi=f"{ID}-2-1"), came=[], went=[1_000])
    await finance.takes_statement(went)
    assert await finance.state() == "settled"
    with pytest.raises(WrongState):
        await finance.sends_again()


async def test_part_of_an_invoice_ages_and_is_reminded_of(trade: Trade) -> None:
    finance, *_ = trade
    operator = await finance.mall.operator()
    await finance.takes_statement(told(booked("1", 600, "ｶ)ﾊﾟﾝﾔ"), came=[600], went=[]))
    paid = (await finance.paid())["bakery"]
    assert (paid["state"], paid["settled_yen"]) == ("short", 600)
    await finance.mall.turn_to(date(2026, 8, 15))
    overdue = (await operator.get("/v1/admin/overdue")).json
    assert [(one["party"], one["open_yen"], one["days"]) for one in overdue["open"]] == [
        ("bakery", 400, 46)
    ]
    assert overdue["reminders"][0]["age"] == "31-60"
    carried = await finance.carries(paid["reference"])
    assert carried.yen == -400
    assert (await operator.get("/v1/admin/overdue")).json["open"] == []
    with pytest.raises(NothingCameBack):
        await finance.carries((await finance.paid())["bookshop"]["reference"])


@pytest.mark.parametrize(
    ("fees", "state", "words"),
    [
        ((440, 660), "settled", "but for the transfer fee that the payer deducted. (paid 560, fee"),
        ((), "short", "Paid in part. (paid 560, open 440)"),
    ],
)
async def test_a_fee_that_the_payer_deducted_is_a_fee_where_the_bank_s_profile_knows_it(
    mall: Mall, fees: tuple[int, ...], state: str, words: str
) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=330_000)
    await bookshop.accepts(hanako, points=1_000)
    finance = Finance(mall)
    await finance.opens("bakery", "bookshop", route="INVOICE", payer_fees=fees)
    await finance.until_sent()
    await mall.turn_to(date(2026, 7, 1), time(10, 0))
    await finance.takes_statement(told(booked("1", 560, "ｶ)ﾊﾟﾝﾔ"), came=[560], went=[]))
    paid = (await finance.paid())["bakery"]
    assert paid["state"] == state
    assert words in paid["difference"]


async def test_lines_that_two_files_tell_of_count_once(trade: Trade) -> None:
    finance, *_ = trade
    line = booked("1", 1_000, "ｶ)ﾊﾟﾝﾔ", reference=7)
    other = booked("1", 5, "ﾀﾞﾚｶ", reference=8)
    await finance.takes_statement(told(line, came=[1_000], went=[]))
    answer = await finance.takes_statement(told(line, other, came=[1_000, 5], went=[]))
    paid = (await finance.paid())["bakery"]
    assert (paid["state"], "more than once" in paid["difference"]) == ("settled", False)
    assert "belongs to nothing expected" in answer.decode()


async def test_a_statement_of_somebody_elses_account_is_not_taken(trade: Trade) -> None:
    finance, *_ = trade
    good = told(booked("1", 1_000, "ｶ)ﾊﾟﾝﾔ"), came=[1_000], went=[])
    with pytest.raises(BankResultRefused):
        await finance.takes_statement(good.replace(b"0001234567", b"0001234568"))
    with pytest.raises(BankResultRefused):
        await finance.takes_statement(good.replace(b"000000001000", b"000000001001", 1))
    assert (await finance.paid())["bakery"]["state"] == "sent"


async def test_what_waits_for_its_day_leaves_though_something_came_back_meanwhile(
    mall: Mall,
) -> None:
    """The transfer comes back before the bank takes the debits: both plans go on."""
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=330_000)
    await bookshop.accepts(hanako, points=1_000)
    finance = Finance(mall)
    await finance.opens("bakery", "bookshop")
    await finance.until_sent()
    await mall.turn_to(date(2026, 7, 1), time(10, 0))
    back = told(
        booked("2", 1_000, "ﾎﾝﾔ(ｶ", reference=1, edi=f"{ID}-1-2"),
        booked("1", 1_000, "ﾎﾝﾔ(ｶ", reference=2, summary="ｸﾐﾓﾄﾞｼ"),
        came=[1_000], went=[1_000],
    )  # fmt: skip
    await finance.takes_statement(back)
    await finance.sends_again()
    paid = await finance.paid()
    assert (paid["bakery"]["state"], paid["bookshop"]["reference"]) == ("planned", f"{ID}-2-1")
    await mall.turn_to(date(2026, 7, 8), time(10, 0))
    await finance.sends()  # the debits, approved long ago; not yet what is sent again
    paid = await finance.paid()
    assert (paid["bakery"]["state"], paid["bookshop"]["state"]) == ("sent", "planned")
    await finance.approves()
    with pytest.raises(BankFileNotReleasable):  # its day has gone by: it is prepared anew
        await finance.sends()
    assert (await finance.sends_again()).plan == 3
    await finance.approves()
    await finance.sends()
    paid = await finance.paid()
    assert (paid["bookshop"]["state"], paid["bookshop"]["pays_on"]) == ("sent", "2026-07-09")
    assert await finance.state() == "sent"


async def test_what_is_paid_after_it_was_carried_is_told(trade: Trade) -> None:
    finance, *_ = trade
    await finance.takes_statement(told(booked("1", 600, "ｶ)ﾊﾟﾝﾔ"), came=[600], went=[]))
    await finance.carries((await finance.paid())["bakery"]["reference"])
    late = told(booked("1", 400, "ｶ)ﾊﾟﾝﾔ", reference=2), came=[400], went=[])
    answer = await finance.takes_statement(late)
    assert "paid after it was carried on" in answer.decode()
    assert (await finance.paid())["bakery"]["state"] == "carried"
