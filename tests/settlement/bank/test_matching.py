"""消込: what was expected against what the bank says, each difference by its name."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from settlement.bank.ageing import by_age, overdue, reminders
from settlement.bank.differences import (
    BankFee,
    Difference,
    FeeDeducted,
    NotCollected,
    NoticeWithdrawn,
    NotPaid,
    PaidTooMuch,
    PaidTwice,
    PartPaid,
    Returned,
    Settled,
    SeveralFit,
    UnknownPayer,
)
from settlement.bank.incoming import Direction, Line
from settlement.bank.matching import Expected, Outcome, match
from tests.settlement.bank import samples

DUE = date(2026, 6, 30)
AWA, KITA = "ｱﾜｵﾄﾞﾘﾐﾔｹﾞ(ｶ", "ｶ)ｷﾀﾉﾔ"
FEES = frozenset({110, 440})


def owed(
    id_: str = "A1", yen: int = 10_000, party: str = "awa", name: str = AWA, *,
    due: date = DUE, edi: str = "", customer: str = "",
) -> Expected:  # fmt: skip
    return Expected(id_, party, "in", yen, due, (name,), edi, customer)


def sent(id_: str, yen: int, party: str, name: str, batch: str = "", due: date = DUE) -> Expected:
    return Expected(id_, party, "out", yen, due, (name,), edi=id_, batch=batch)


def line(
    yen: int, payer: str = "", direction: Direction = "in", *, day: int = 30, number: int = 1,
    edi: str = "", code: str = "", summary: str = "", cancelled: bool = False,
) -> Line:  # fmt: skip
    return Line(
        f"{number:06}", date(2026, 6, day), direction, yen, payer, code, edi, summary,
        cancelled=cancelled,
    )  # fmt: skip


def strays(outcome: Outcome) -> list[Difference]:
    return [one.difference for one in outcome.strays]


@pytest.mark.parametrize(
    ("lines", "difference"),
    [
        ([line(10_000, AWA)], Settled(10_000)),
        ([line(10_000, "ｱﾜ ｵﾄﾞﾘ ﾐﾔｹﾞ")], Settled(10_000)),  # as another bank writes it
        ([line(9_560, AWA)], FeeDeducted(9_560, 440)),
        ([line(4_000, AWA)], PartPaid(4_000, 6_000)),
        ([line(4_000, AWA), line(6_000, AWA, number=2)], Settled(10_000)),
        ([line(10_000, AWA), line(10_000, AWA, number=2)], PaidTwice(20_000, 10_000)),
        ([line(12_000, AWA)], PaidTooMuch(12_000, 2_000)),
        ([], NotPaid(10_000)),
        ([line(10_000, "ﾀﾞﾚｶ")], NotPaid(10_000)),
        ([line(10_000, AWA, "out")], NotPaid(10_000)),
    ],
)
def test_what_a_payment_turns_out_to_be(lines: list[Line], difference: Difference) -> None:
    assert match([owed()], lines, FEES).of("A1") == difference


def test_a_difference_of_no_known_fee_is_a_part_payment() -> None:
    assert match([owed()], [line(9_561, AWA)], FEES).of("A1") == PartPaid(9_561, 439)


def test_what_a_line_names_comes_before_who_sent_it() -> None:
    """Two statements of the same yen: EDI information and customer code decide, not the order."""
    both = [owed("A1", edi="STL-A1"), owed("A2", customer="42")]
    found = match(both, [line(10_000, "ﾀﾞﾚｶ", code="0000000042")], FEES)
    assert (found.of("A1"), found.of("A2")) == (NotPaid(10_000), Settled(10_000))
    found = match(both, [line(10_000, KITA, edi="STL-A1")], FEES)
    assert (found.of("A1"), found.of("A2")) == (Settled(10_000), NotPaid(10_000))


def test_the_oldest_of_two_equal_debts_is_paid_first() -> None:
    both = [owed("A2"), owed("A1", due=date(2026, 5, 29))]
    found = match(both, [line(10_000, AWA)], FEES)
    assert (found.of("A1"), found.of("A2")) == (Settled(10_000), NotPaid(10_000))


def test_one_payment_for_everything_settles_everything() -> None:
    both = [owed("A1", 10_000), owed("A2", 2_345)]
    found = match(both, [line(12_345, AWA)], FEES)
    assert (found.of("A1"), found.of("A2")) == (Settled(10_000), Settled(2_345))
    assert found.strays == ()


def test_two_parties_of_one_name_are_left_to_people() -> None:
    both = [owed("A1", party="awa"), owed("B1", party="awa-2")]
    found = match(both, [line(10_000, AWA)], FEES)
    assert strays(found) == [SeveralFit(10_000, ("awa", "awa-2"))]
    assert found.of("A1") == NotPaid(10_000)


def test_money_of_nobody_known_is_kept_apart() -> None:
    assert strays(match([owed()], [line(777, "ﾀﾞﾚｶ")], FEES)) == [UnknownPayer(777)]


def test_a_withdrawn_notice_takes_its_notice_along() -> None:
    lines = [line(10_000, AWA), line(10_000, AWA, number=2, cancelled=True)]
    found = match([owed()], lines, FEES)
    assert found.of("A1") == NotPaid(10_000)
    assert strays(found) == [NoticeWithdrawn(10_000)]


def test_transfers_are_confirmed_one_by_one_or_by_their_sum() -> None:
    ours = [sent("S1", 275, "setouchi", "ｾﾄｳﾁ", "F1"), sent("S2", 96, "saburo", "ｱﾜ ｻﾌﾞﾛｳ", "F1")]
    singly = match(ours, [line(275, "ｾﾄｳﾁ", "out"), line(96, "ｱﾜ ｻﾌﾞﾛｳ", "out", number=2)])
    at_once = match(ours, [line(371, "", "out", summary="ｿｳｺﾞｳﾌﾘｺﾐ")])
    for found in (singly, at_once):
        assert (found.of("S1"), found.of("S2")) == (Settled(275), Settled(96))
        assert found.strays == ()


def test_what_was_collected_comes_as_one_sum_without_what_failed() -> None:
    first, second = samples.DEBITS.debits
    asked = [
        structs.replace(owed("D1", 341, customer=first.customer), batch="F2"),
        structs.replace(owed("D2", 140, "kita", KITA, customer=second.customer), batch="F2"),
    ]
    found = match(asked, [line(341, "", summary="ｺｳｻﾞﾌﾘｶｴ")], FEES, {"D2": "1"})
    assert (found.of("D1"), found.of("D2")) == (Settled(341), NotCollected(140, "1"))
    both = match(asked, [line(481, "", summary="ｺｳｻﾞﾌﾘｶｴ")], FEES)
    assert (both.of("D1"), both.of("D2")) == (Settled(341), Settled(140))


def test_one_code_for_two_debts_pays_the_one_that_fits_then_the_other() -> None:
    both = [owed("A1", 10_000, customer="42"), owed("A2", 5_000, customer="42")]
    second = line(5_000, "ﾀﾞﾚｶ", code="0000000042")
    found = match(both, [second], FEES)
    assert (found.of("A1"), found.of("A2")) == (NotPaid(10_000), Settled(5_000))
    first = line(10_000, "ﾀﾞﾚｶ", code="0000000042", number=2)
    found = match(both, [second, first], FEES)
    assert (found.of("A1"), found.of("A2")) == (Settled(10_000), Settled(5_000))
    again = structs.replace(first, reference="000003")
    assert match(both, [second, first, again], FEES).of("A1") == PaidTwice(20_000, 10_000)


def test_of_two_debits_of_one_customer_the_failed_one_is_open() -> None:
    both = [owed("D1", 341, customer="42"), owed("D2", 140, customer="42")]
    found = match(both, [line(341, AWA)], FEES, {"D2": "1"})
    assert (found.of("D1"), found.of("D2")) == (Settled(341), NotCollected(140, "1"))


def test_a_code_of_zeros_names_nobody() -> None:
    found = match([owed(customer="0000000000")], [line(777, "ﾀﾞﾚｶ")], FEES)
    assert found.of("A1") == NotPaid(10_000)


def test_a_transfer_that_comes_back_names_itself_by_its_edi() -> None:
    ours = [sent("S1", 96, "setouchi", "ｾﾄｳﾁ"), sent("S2", 96, "saburo", "ｱﾜ ｻﾌﾞﾛｳ")]
    found = match(ours, [line(96, "", summary="ﾌﾘｺﾐﾍﾝｷﾝ", edi="S2")])
    assert (found.of("S1"), found.of("S2")) == (NotPaid(96), Returned(96, 0))


def test_a_transfer_that_comes_back_is_returned_with_the_fee_for_it() -> None:
    ours = [sent("S1", 275, "setouchi", "ｾﾄｳﾁ", "F1"), sent("S2", 96, "saburo", "ｱﾜ ｻﾌﾞﾛｳ", "F1")]
    lines = [
        line(371, "", "out", summary="ｿｳｺﾞｳﾌﾘｺﾐ", day=29),
        line(96, "ｱﾜ ｻﾌﾞﾛｳ", summary="ｸﾐﾓﾄﾞｼ", number=2),
        line(880, "", "out", summary="ｸﾐﾓﾄﾞｼﾃｽｳﾘﾖｳ", number=3),
        line(440, "", "out", summary="ﾌﾘｺﾐﾃｽｳﾘﾖｳ", number=4),
    ]
    found = match(ours, lines)
    assert (found.of("S1"), found.of("S2")) == (Settled(275), Returned(96, 880))
    assert strays(found) == [BankFee(440)]


def test_two_that_could_have_come_back_are_left_to_people() -> None:
    ours = [sent("S1", 96, "setouchi", "ｾﾄｳﾁ"), sent("S2", 96, "saburo", "ｱﾜ ｻﾌﾞﾛｳ")]
    found = match(ours, [line(96, "", summary="ｸﾐﾓﾄﾞｼ")])
    assert strays(found) == [UnknownPayer(96)]


def test_a_debit_that_failed_says_why() -> None:
    asked = owed("D1", 341, customer="42")
    found = match([asked], [], FEES, {"D1": "1"})
    assert found.of("D1") == NotCollected(341, "1")
    paid_later = match([asked], [line(341, AWA)], FEES, {"D1": "1"})
    assert paid_later.of("D1") == Settled(341)


def test_every_difference_is_told_in_both_languages() -> None:
    assert PartPaid(4_000, 6_000).told == (
        "一部だけ支払われています / Paid in part. (paid 4,000, open 6,000)"
    )
    for kind in Difference.__subclasses__():
        japanese, english = (kind.__doc__ or "").strip().splitlines()
        assert not japanese.isascii()
        assert english.strip().isascii()


parties = st.sampled_from([("awa", AWA), ("kita", KITA), ("third", "ｻﾝﾊﾞﾝﾒ")])
amounts = st.sampled_from([110, 440, 1_000, 1_110, 2_000, 10_000])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(parties, amounts), max_size=5),
    st.lists(st.tuples(parties, amounts, st.booleans()), max_size=6),
)
def test_no_yen_of_the_bank_is_lost_or_counted_twice(
    debts: list[tuple[tuple[str, str], int]], paid: list[tuple[tuple[str, str], int, bool]]
) -> None:
    expected = [owed(f"X{at}", yen, party, name) for at, ((party, name), yen) in enumerate(debts)]
    lines = [
        line(yen, name, number=at, edi=f"X{at}" if named else "")
        for at, ((_, name), yen, named) in enumerate(paid)
    ]
    found = match(expected, lines, FEES)
    matched = sum(one.yen for given_ in found.matched for one in given_.lines)
    assert matched + sum(one.line.yen for one in found.strays) == sum(one.yen for one in lines)
    assert [one.expected for one in found.matched] == [one.id for one in expected]
    for one in found.matched:
        came = sum(part.yen for part in one.lines)
        wanted = next(asked.yen for asked in expected if asked.id == one.expected)
        if isinstance(one.difference, Settled):
            assert came == wanted
        if isinstance(one.difference, PartPaid):
            assert (came, one.difference.open_yen) == (one.difference.paid_yen, wanted - came)


def test_what_is_left_grows_old() -> None:
    """The last day of each age, and the first of the next."""
    today = date(2026, 12, 31)
    ages = {1: "0-30", 30: "0-30", 31: "31-60", 60: "31-60", 61: "61-90", 90: "61-90", 91: "90+"}
    expected = [
        owed(f"A{days:02}", days, due=date.fromordinal(today.toordinal() - days)) for days in ages
    ]
    expected += [owed("today", due=today), owed("later", due=date(2027, 1, 15))]
    found = overdue(expected, match(expected, []), today)
    assert {one.days: one.age for one in found} == ages
    assert by_age(found) == {"0-30": 31, "31-60": 91, "61-90": 151, "90+": 91}


def test_a_party_is_reminded_once_of_all_that_is_overdue() -> None:
    today = date(2026, 8, 5)
    expected = [
        owed("A1", 10_000, due=date(2026, 6, 30)),
        owed("A2", 5_000, due=date(2026, 7, 31)),
        owed("K1", 1_000, "kita", KITA, due=date(2026, 7, 31)),
        owed("K2", 2_000, "kita", KITA, due=date(2026, 7, 15)),
    ]
    outcome = match(expected, [line(4_000, AWA), line(2_000, KITA, number=2)])
    awa, kita = reminders(overdue(expected, outcome, today))
    assert (awa.party, awa.open_yen, awa.age, awa.expected) == (
        "awa",
        11_000,
        "31-60",
        ("A1", "A2"),
    )
    assert (kita.party, kita.open_yen, kita.age) == ("kita", 1_000, "0-30")
    assert awa.told == ("お支払期日を一か月過ぎています。 / Your payment is a month overdue.")
