"""銀行設定: what one bank asks of the operator's files, and on which days it moves money."""

from datetime import date, datetime, time, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from federation.days import TOKYO
from settlement.bank.faults import Finding
from settlement.bank.orders import Ending, Originator
from settlement.bank.refusals import DueBeforeApproval
from settlement.calendar import Cycle, bank_day_from, bank_day_until, cycles, is_bank_day, pays_on

DAY = timedelta(days=1)
LeadDays = Annotated[int, Meta(ge=0, le=20)]
FeeYen = Annotated[int, Meta(ge=1, le=10_000)]
SETTLED_BANK_DAYS = 2  # what the bank needs after its own lead, before a debit day counts (1.3)


class Window(Struct, frozen=True):
    """異議期間: bank days after a cycle's last day in which parties may object, before approval."""

    objection_bank_days: int = 5


class Profile(Struct, frozen=True):
    """One bank's ways: lead days and cut-off of its files, its debit day, limits, line ends."""

    originator: Originator
    transfer_lead_bank_days: LeadDays = 1
    transfer_until: time = time(15)
    debit_lead_bank_days: LeadDays = 9
    debit_until: time = time(15)
    debit_day: Annotated[int, Meta(ge=1, le=28)] = 27
    ahead_bank_days: Annotated[int, Meta(ge=1, le=60)] = 15
    most_transfers: Annotated[int, Meta(ge=1, le=999_999)] = 9_999
    most_debits: Annotated[int, Meta(ge=1, le=999_999)] = 50_000
    ending: Ending = "CRLF"
    takes_test_bank: bool = False
    # 振込手数料差引: what payers of the operator's may have deducted from a transfer.
    payer_fees_yen: Annotated[tuple[FeeYen, ...], Meta(max_length=20)] = ()


class Clash(Struct, frozen=True):
    """A cycle whose file would be due before it can be approved."""

    first_on: date
    approval_on: date
    due_on: date
    pays_on: date

    @property
    def told(self) -> str:
        """In Japanese and in English."""
        return (
            f"{self.first_on} の期: 承認 {self.approval_on}、提出期限 {self.due_on}、"
            f"支払日 {self.pays_on} / cycle of {self.first_on}: approved {self.approval_on}, "
            f"its file due {self.due_on}, paid {self.pays_on}"
        )


def bank_days_after(day: date, days: int) -> date:
    """So many bank days later."""
    for _ in range(days):
        day = bank_day_from(day + DAY)
    return day


def bank_days_before(day: date, days: int) -> date:
    """So many bank days earlier."""
    for _ in range(days):
        day = bank_day_until(day - DAY)
    return day


def approval_on(cycle: Cycle, window: Window) -> date:
    """The day on which objections are over, and the cycle can be approved."""
    return bank_days_after(cycle.last_on, window.objection_bank_days)


def debits_on(cycle: Cycle, profile: Profile, window: Window) -> date:
    """引落日: the first debit day of the bank (the 27th, or the next bank day) that is its lead and
    two bank days more after the objections (domain 1.3)."""
    lead = profile.debit_lead_bank_days + SETTLED_BANK_DAYS
    earliest = bank_days_after(approval_on(cycle, window), lead)
    month = earliest.replace(day=1)
    while (day := bank_day_from(month.replace(day=profile.debit_day))) < earliest:
        month = (month + timedelta(days=31)).replace(day=1)
    return day


def transfer_due(day: date, profile: Profile) -> datetime:
    """Until when the bank takes the transfers of a day."""
    on = bank_days_before(day, profile.transfer_lead_bank_days)
    return datetime.combine(on, profile.transfer_until, TOKYO)


def debit_due(day: date, profile: Profile) -> datetime:
    """Until when the bank takes the debits of a day."""
    on = bank_days_before(day, profile.debit_lead_bank_days)
    return datetime.combine(on, profile.debit_until, TOKYO)


def clashes(profile: Profile, window: Window, from_on: date, days: int = 366) -> list[Clash]:
    """The cycles of a year whose file would be due before their approval."""
    found = []
    for cycle in cycles(from_on, from_on + timedelta(days=days)):
        approved = approval_on(cycle, window)
        for day, due in (
            (pays_on(cycle), transfer_due(pays_on(cycle), profile)),
            (
                debits_on(cycle, profile, window),
                debit_due(debits_on(cycle, profile, window), profile),
            ),
        ):
            if due.date() < approved:
                found.append(Clash(cycle.first_on, approved, due.date(), day))
    return found


def accept(profile: Profile, window: Window, from_on: date) -> None:
    """`DueBeforeApproval`, showing each clash, unless every cycle of the coming year can be
    approved before its file is due."""
    if found := clashes(profile, window, from_on):
        raise DueBeforeApproval(clashes=[clash.told for clash in found])


def timely(day: date, due: datetime, profile: Profile, now: datetime) -> list[Finding]:
    """Whether a bank moves money on this day, and still (or already) takes the file for it."""
    found = []
    if not is_bank_day(day):
        found.append(Finding("not-a-bank-day", seen=day.isoformat()))
    if now > due:
        found.append(Finding("too-late", seen=due.isoformat(timespec="minutes")))
    today = now.astimezone(TOKYO).date()
    if day > bank_days_after(today, profile.ahead_bank_days):
        found.append(Finding("too-early", seen=day.isoformat()))
    return found
