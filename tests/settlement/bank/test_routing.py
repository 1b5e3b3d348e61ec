"""支払経路: how each net of a cycle is paid, and on which day."""

from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from settlement.bank import zengin
from settlement.bank.orders import Account, Debit, Transfer
from settlement.bank.profile import (
    Profile,
    Window,
    accept,
    approval_on,
    bank_days_before,
    clashes,
    debit_due,
    debits_on,
)
from settlement.bank.refusals import DueBeforeApproval
from settlement.bank.routing import Agreed, Consent, Held, Invoice, Net, OffsetLine, Plan, plan
from settlement.calendar import cycle_of, cycles, is_bank_day
from tests.settlement.bank import samples

CYCLE = cycle_of(date(2026, 6, 1))
PAYS = date(2026, 6, 30)
WINDOW = Window()
PROFILE = Profile(samples.HUB, takes_test_bank=True)
LONG_AGO = date(2026, 1, 1)
CONSENT = Consent("kotohira", "operator", "takamatsu", LONG_AGO)
AGREED = Agreed(
    routes={
        "setouchi": "TRANSFER",
        "kotohira": "OFFSET_SALES_DEPOSIT",
        "awa": "DIRECT_DEBIT",
        "kita": "INVOICE",
    },
    payees={"setouchi": samples.SETOUCHI, "awa": samples.SABURO, "kotohira": samples.KOTOHIRA},
    debtors={"awa": samples.AWA, "kotohira": samples.BUILDING},
    consents={"kotohira": CONSENT},
)


def planned(*nets: Net, agreed: Agreed = AGREED, minimum_yen: int = 0) -> Plan:
    return plan(CYCLE, nets, agreed, PROFILE, WINDOW, minimum_yen)


def net(party: str, yen: int, customer: str = "20260615001") -> Net:
    return Net(party, yen, f"STL-{party}", customer)


def test_nets_go_the_way_that_was_agreed() -> None:
    found = planned(
        net("setouchi", 275), net("kotohira", -232), net("awa", -341), net("kita", -140)
    )
    assert found.transfers == (("setouchi", Transfer(samples.SETOUCHI, 275, edi="STL-setouchi")),)
    assert found.offsets == (OffsetLine("kotohira", -232, "STL-kotohira", "takamatsu", PAYS),)
    assert found.debits == (("awa", Debit(samples.AWA, 341, "20260615001")),)
    assert found.invoices == (Invoice("kita", 140, "STL-kita", PAYS, "agreed"),)
    assert found.held == ()


@pytest.mark.parametrize("yen", [-232, 232])
def test_an_offset_takes_what_is_owed_and_what_is_due(yen: int) -> None:
    (line,) = planned(net("kotohira", yen)).offsets
    assert line.yen == yen


@pytest.mark.parametrize(
    "consents",
    [
        {},
        {"kotohira": structs.replace(CONSENT, from_on=date(2026, 7, 1))},
        {"kotohira": structs.replace(CONSENT, to_on=date(2026, 6, 29))},
    ],
)
def test_without_a_consent_nothing_is_set_off(consents: dict[str, Consent]) -> None:
    agreed = structs.replace(AGREED, consents=consents)
    gets = planned(net("kotohira", 232), agreed=agreed)
    owes = planned(net("kotohira", -232), agreed=agreed)
    assert (gets.offsets, owes.offsets) == ((), ())
    assert [party for party, _ in gets.transfers] == ["kotohira"]
    assert [party for party, _ in owes.debits] == ["kotohira"]


def test_a_consent_holds_to_its_last_day() -> None:
    to_the_day = {"kotohira": structs.replace(CONSENT, to_on=PAYS)}
    assert planned(net("kotohira", 1), agreed=structs.replace(AGREED, consents=to_the_day)).offsets


def test_who_pays_by_debit_is_still_paid_by_transfer() -> None:
    assert [party for party, _ in planned(net("awa", 341)).transfers] == ["awa"]


def test_a_debtor_without_an_account_is_invoiced_and_told_why() -> None:
    bare = structs.replace(AGREED, debtors={})
    (one,) = planned(net("awa", -341), agreed=bare).invoices
    assert (one.yen, one.why) == (341, "no-debtor-account")
    (two,) = planned(net("awa", -341, customer="")).invoices
    assert two.why == "no-debtor-account"


def test_a_debit_bears_the_number_of_its_mandate_unless_it_has_its_own() -> None:
    agreed = structs.replace(AGREED, customers={"awa": "42"})
    (_, mandate), *_ = planned(net("awa", -341, customer=""), agreed=agreed).debits
    (_, own), *_ = planned(net("awa", -341, customer="43"), agreed=agreed).debits
    assert (mandate.customer, own.customer) == ("42", "43")


def test_a_payee_without_an_account_is_held_not_forgotten() -> None:
    found = planned(net("kita", 140), net("nobody", 5))
    assert [one.why for one in found.held] == ["no-payee-account", "no-payee-account"]
    assert found.held[0].told.startswith("振込先口座がない")


def test_a_party_without_a_route_is_invoiced() -> None:
    (one,) = planned(net("nobody", -5)).invoices
    assert one.why == "no-route"


@pytest.mark.parametrize(
    ("first_on", "yen", "carried"),
    [
        (date(2026, 6, 1), 499, True),
        (date(2026, 6, 1), -499, True),
        (date(2026, 6, 1), 500, False),
        (date(2026, 9, 16), 499, False),  # the cycle of 9/30 carries nothing
        (date(2027, 3, 16), -1, False),  # nor does that of 3/31
        (date(2026, 9, 1), 499, True),
    ],
)
def test_small_nets_are_carried_but_not_over_a_half_year(
    first_on: date, yen: int, carried: bool
) -> None:
    found = plan(cycle_of(first_on), [net("kotohira", yen)], AGREED, PROFILE, WINDOW)
    expected = (Held("kotohira", yen, "STL-kotohira", "below-minimum"),) if carried else ()
    assert found.held == expected
    assert len(found.offsets) == (not carried)


def test_the_samples_follow_from_their_nets() -> None:
    """The file of domain 4.5 with no minimum; with the usual one its small nets are carried."""
    agreed = Agreed(
        routes=dict.fromkeys(("c", "b", "a"), "TRANSFER"),
        payees={"c": samples.SETOUCHI, "b": samples.KOTOHIRA, "a": samples.SABURO},
        debtors={},
        consents={},
    )
    nets = [
        Net("c", 275, "STL20260615-C0001"),
        Net("b", 1_313_068, "STL20260615-B0001"),
        Net("a", 96, "STL20260615-A0001"),
    ]
    batch = planned(*nets, agreed=agreed).transfer_batch(PROFILE)
    assert batch is not None
    made = zengin.transfer_file([batch]).split(b"\r\n")
    sample = samples.TRANSFER_BYTES.split(b"\r\n")
    assert (made[:3], made[4:]) == (sample[:3], sample[4:])
    usual = planned(*nets, agreed=agreed, minimum_yen=500)
    assert [one.yen for one in usual.held] == [275, 96]
    assert [one.yen for _, one in usual.transfers] == [1_313_068]


def test_a_plan_of_nothing_makes_no_file() -> None:
    found = planned(net("kita", 0))
    assert (found.transfer_batch(PROFILE), found.debit_batch(PROFILE)) == (None, None)


def test_a_first_debit_is_marked_as_one() -> None:
    first = structs.replace(AGREED, first_debits=frozenset({"awa"}))
    batch = planned(net("awa", -341), agreed=first).debit_batch(PROFILE)
    assert batch is not None
    assert (batch.debits[0].new_code, batch.debits_on) == ("1", date(2026, 7, 27))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["setouchi", "kotohira", "awa", "kita", "nobody"]),
            st.integers(-2_000, 2_000),
        ),
        max_size=8,
    ),
    st.sampled_from([0, 500]),
)
def test_no_net_is_left_out_and_none_is_paid_twice(
    nets: list[tuple[str, int]], minimum_yen: int
) -> None:
    found = planned(*(net(*one) for one in nets), minimum_yen=minimum_yen)
    paid = [(one.party, one.yen) for one in (*found.offsets, *found.held)]
    paid += [(party, one.yen) for party, one in found.transfers]
    paid += [(party, -one.yen) for party, one in found.debits]
    paid += [(one.party, -one.yen) for one in found.invoices]
    assert sorted(paid) == sorted((party, yen) for party, yen in nets if yen)


@pytest.mark.parametrize(
    ("last_on", "lead", "day"),
    [
        # objections end 6/22; eleven bank days more are 7/7; the 27th of July is a Monday
        ("2026-06-15", 9, "2026-07-27"),
        # objections end 7/7, eleven more are 7/23 (7/20 is a holiday)
        ("2026-06-30", 9, "2026-07-27"),
        # objections end 6/22, four more are 6/26; the 27th is a Saturday: Monday 29th (domain 4.5)
        ("2026-06-15", 2, "2026-06-29"),
        # objections end 12/22, eleven more are 1/12; 1/27 is a Wednesday
        ("2026-12-15", 9, "2027-01-27"),
        # objections end 2/22 (2/11 is a holiday before), eleven more are 3/11: 3/27 is a Saturday
        ("2027-02-15", 9, "2027-03-29"),
    ],
)
def test_a_debit_day_is_the_first_that_the_lead_still_reaches(
    last_on: str, lead: int, day: str
) -> None:
    cycle = cycle_of(date.fromisoformat(last_on))
    profile = structs.replace(PROFILE, debit_lead_bank_days=lead)
    assert debits_on(cycle, profile, WINDOW) == date.fromisoformat(day)


@pytest.mark.parametrize("lead", [0, 2, 4, 9, 20])
def test_debits_are_due_after_approval_and_fall_on_bank_days(lead: int) -> None:
    profile = structs.replace(PROFILE, debit_lead_bank_days=lead)
    for cycle in cycles(date(2026, 1, 1), date(2028, 12, 31)):
        day = debits_on(cycle, profile, WINDOW)
        assert is_bank_day(day)
        assert day.day >= 27 or (day - day.replace(day=1)).days < 10
        assert debit_due(day, profile).date() > approval_on(cycle, WINDOW)
        earlier = bank_days_before(day, lead + 2)
        assert earlier >= approval_on(cycle, WINDOW)


def test_the_usual_bank_takes_every_file_after_its_approval() -> None:
    assert clashes(PROFILE, WINDOW, date(2026, 4, 1)) == []
    accept(PROFILE, WINDOW, date(2026, 4, 1))


def test_a_bank_that_wants_its_file_before_approval_is_refused_with_the_clash() -> None:
    """4/30 is paid on 5/15: objections end on 5/12, after Golden Week; three bank days before
    5/15 are 5/12, four are too many."""
    slow = structs.replace(PROFILE, transfer_lead_bank_days=4, transfer_until=time(12))
    accept(structs.replace(slow, transfer_lead_bank_days=3), WINDOW, date(2026, 4, 1))
    with pytest.raises(DueBeforeApproval) as refused:
        accept(slow, WINDOW, date(2026, 4, 1))
    (told, *_) = refused.value.extra["clashes"]
    assert "2026-04-16 の期: 承認 2026-05-12、提出期限 2026-05-11、支払日 2026-05-15" in told


def test_two_accounts_are_shown_by_their_last_digits() -> None:
    account = Account("9999", "101", "2", "1234567", "ｱﾜ")
    assert account.masked == account.shown("ja") == "9999-101 当座 ****567"
    assert account.shown("en") == "9999-101 current ****567"
