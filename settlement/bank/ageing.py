"""滞留と督促: what is still open after matching, by how long it is overdue, and whom to remind."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from msgspec import Struct

from settlement.bank.differences import NotCollected, NotPaid, PartPaid
from settlement.bank.matching import Expected, Outcome

Age = Literal["0-30", "31-60", "61-90", "90+"]
AGES: tuple[tuple[int, Age], ...] = ((30, "0-30"), (60, "31-60"), (90, "61-90"))
OLDEST: Age = "90+"
TOLD: dict[Age, tuple[str, str]] = {
    "0-30": ("お支払いの確認ができていません。", "We have not seen your payment yet."),
    "31-60": ("お支払期日を一か月過ぎています。", "Your payment is a month overdue."),
    "61-90": ("お支払期日を二か月過ぎています。", "Your payment is two months overdue."),
    "90+": (
        "お支払期日を三か月以上過ぎています。担当者からご連絡します。",
        "Your payment is more than three months overdue: somebody will call you.",
    ),
}


class Open(Struct, frozen=True):
    """What one expected payment still lacks, and for how many days."""

    expected: str
    party: str
    open_yen: int
    due_on: date
    days: int

    @property
    def age(self) -> Age:
        """Its place in the list of ages."""
        return age(self.days)


class Reminder(Struct, frozen=True):
    """What one party is reminded of: all that is overdue, spoken to by the oldest."""

    party: str
    open_yen: int
    oldest_due_on: date
    age: Age
    expected: tuple[str, ...]

    @property
    def told(self) -> str:
        """In Japanese and in English."""
        return " / ".join(TOLD[self.age])


def age(days: int) -> Age:
    """The thirty days that a number of days overdue lies in."""
    return next((name for last, name in AGES if days <= last), OLDEST)


def overdue(expected: Sequence[Expected], outcome: Outcome, today: date) -> list[Open]:
    """What was to come in and is past its day, the oldest first."""
    known = {one.id: one for one in expected}
    found = []
    for one in outcome.matched:
        asked, difference = known[one.expected], one.difference
        if asked.direction != "in" or asked.due_on >= today:
            continue
        if isinstance(difference, NotPaid | NotCollected | PartPaid):
            days = (today - asked.due_on).days
            found.append(Open(asked.id, asked.party, difference.open_yen, asked.due_on, days))
    return sorted(found, key=lambda one: (one.due_on, one.expected))


def by_age(found: Sequence[Open]) -> dict[Age, int]:
    """Yen in each age, those with nothing included."""
    ages = (*(name for _, name in AGES), OLDEST)
    return {one: sum(open_.open_yen for open_ in found if open_.age == one) for one in ages}


def reminders(found: Sequence[Open]) -> list[Reminder]:
    """One reminder per party, the oldest debt first."""
    made = []
    for party in dict.fromkeys(one.party for one in found):
        theirs = [one for one in found if one.party == party]
        made.append(
            Reminder(
                party,
                sum(one.open_yen for one in theirs),
                theirs[0].due_on,
                theirs[0].age,
                tuple(one.expected for one in theirs),
            )
        )
    return made
