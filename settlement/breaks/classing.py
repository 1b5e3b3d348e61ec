"""差異の分類: what kind a difference is, how old, and what becomes of those that were known. Pure.

A break is *timing* where the other side has it under another day or may still get it, *duplicate*
where one side has something twice, *missing* where a side lacks it, *amount* where both have it and
the figures differ. People explain a break; only what the books say resolves one.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

from tenants.day_end import Close, numbered

Leg = Literal["till-hub", "hub-statement", "statement-payout"]
Class = Literal["timing", "missing", "amount", "duplicate"]
State = Literal["open", "explained", "resolved"]
Age = Literal["0-1", "2-7", "8-30", "31+"]
AGES: tuple[tuple[int, Age], ...] = ((1, "0-1"), (7, "2-7"), (30, "8-30"))
CLASSES: dict[Class, tuple[str, str]] = {
    "timing": ("時期ずれ", "timing"),
    "missing": ("欠落", "missing"),
    "amount": ("金額相違", "amount"),
    "duplicate": ("重複", "duplicate"),
}
LEGS: dict[Leg, tuple[str, str]] = {
    "till-hub": ("レジ精算 ↔ ハブ", "till ↔ hub"),
    "hub-statement": ("ハブ ↔ 精算書", "hub ↔ statement"),
    "statement-payout": ("精算書 ↔ 入出金", "statement ↔ payout"),
}
FIGURES: dict[str, tuple[str, str]] = {  # a statement's lines go by their codes
    "accruals": ("付与", "accruals"), "redemptions": ("利用", "redemptions"),
    "reversals": ("取消", "reversals"), "returns": ("返品", "returns"),
    "z-total": ("日計なし", "no daily total"), "planned": ("支払予定", "planned"),
    "paid": ("支払額", "paid"),
}  # fmt: skip
GRACE_DAYS = 1  # a day's close comes the morning after
SLOW_DAYS = 3  # a bank's file may lag so long
NAMED = 200
MACHINE = "reconcile"
FOUND = "突合で見つかりました / found by comparing"
OTHERWISE = "差異が変わりました / it differs otherwise now"
BACK = "解消後に再び不一致 / it was resolved, and differs again"
RESOLVED = "後の記録で一致しました / later records made both sides agree"
# A till-day's figures: which of the seven belong to which group, the count first.
GROUPS: dict[str, tuple[int, ...]] = {
    "accruals": (0, 1, 2), "redemptions": (3, 4), "reversals": (5,), "returns": (6,),
}  # fmt: skip
MEASURES = ("count", "points", "yen")
KIND_OF = {
    "accruals": "accrual",
    "redemptions": "redemption",
    "reversals": "reversal",
    "returns": "return",
}


class Difference(Struct, frozen=True):
    """What two sides do not agree on: `told` by the side nearer to the customer, `found` by the
    other, in points, yen or pieces as its figure says; with what stands behind it."""

    leg: Leg
    party_id: int
    subject: str
    figure: str
    business_date: date
    kind: Class
    told: int
    found: int
    behind: str

    @property
    def break_id(self) -> str:
        """Its name, the same whenever it is found."""
        named = f"{self.leg}|{self.party_id}|{self.subject}|{self.figure}"
        return f"b_{hashlib.sha256(named.encode()).hexdigest()[:16]}"


class Known(Struct, frozen=True):
    """A break that was written down, as it stands."""

    break_id: str
    party_id: int
    number: int
    state: State
    kind: Class
    told: int
    found: int
    behind: str


class Followed(Struct, frozen=True):
    """A row to write: a new break (number 1), or what became of one."""

    break_id: str
    number: int
    state: State
    kind: Class
    told: int
    found: int
    behind: str
    reason: str
    first: Difference | None = None


class TillDay(Struct, frozen=True):
    """A till's business date as both sides count it; `told` is None where it declared nothing.
    Slips: kind, number, and whether it looks like another; `around`: what the hub has of the till
    on the days beside it."""

    party_id: int
    till: str
    business_date: date
    told: tuple[int, ...] | None
    hub: tuple[int, ...]
    closes: tuple[Close, ...]
    slips: tuple[tuple[str, str, bool], ...]
    around: frozenset[str]


def of_till_day(day: TillDay, today: date) -> list[Difference]:
    """Every group of figures on which a till-day differs."""
    young = (today - day.business_date).days <= GRACE_DAYS
    if day.told is None:
        names = ", ".join(slip for _, slip, _ in day.slips[:NAMED])
        kind: Class = "timing" if young else "missing"
        count = sum(day.hub[at[0]] for at in GROUPS.values())
        return [_till(day, "z-total", kind, 0, count, f"hub: {names}")]
    expected, known = _expected(day.closes), {slip for _, slip, _ in day.slips}
    gaps = sorted(expected - known) if expected is not None else []
    strange = sorted(known - expected) if expected else []
    found = []
    for group, at in GROUPS.items():
        told, hub = [day.told[i] for i in at], [day.hub[i] for i in at]
        if told == hub:
            continue
        twins = [s for k, s, twin in day.slips if twin and k == KIND_OF[group]]
        kind = class_of(hub[0] - told[0], len(twins), _twice(day.closes), gaps, day.around, young)
        which = next(i for i in range(len(at)) if told[i] != hub[i])
        figures = "; ".join(
            f"{MEASURES[i]} {told[i]:,} ≠ {hub[i]:,}" for i in range(len(at)) if told[i] != hub[i]
        )
        behind = [figures]
        behind += [f"hub lacks / ハブになし: {', '.join(gaps[:NAMED])}"] if gaps else []
        behind += [f"till lacks / レジになし: {', '.join(strange[:NAMED])}"] if strange else []
        behind += [f"alike / 重複の疑い: {', '.join(twins[:NAMED])}"] if twins else []
        found.append(_till(day, group, kind, told[which], hub[which], "\n".join(behind)))
    return found


def class_of(
    surplus: int,
    twins: int,
    told_twice: bool,
    gaps: Sequence[str],
    around: frozenset[str],
    young: bool,
) -> Class:
    """The class of a group by how many more the hub has: twice at the hub, or told twice by the
    till; of another day, or of a day that is hardly over; else missing. None more: an amount."""
    if surplus == 0:
        return "amount"
    if surplus > 0 and twins >= surplus:
        return "duplicate"
    if surplus < 0 and told_twice:
        return "duplicate"
    if young or (surplus < 0 and gaps and all(slip in around for slip in gaps)):
        return "timing"
    return "missing"


def of_line(
    party_id: int,
    cycle: date,
    business_date: date,
    line: tuple[int, int],
    points: tuple[int, int],
    entries: tuple[int, int],
    after: Sequence[int],
) -> Difference:
    """A line of a sealed statement (code, original) against the books: what came after the close is
    timing, more or fewer entries are missing or double, else it is the amount."""
    kind: Class = "amount"
    if after:
        kind = "timing"
    elif entries[0] != entries[1]:
        kind = "missing" if entries[0] > entries[1] else "duplicate"
    code, original = line
    behind = f"entries {entries[0]:,} ≠ {entries[1]:,}"
    if after:
        behind += f"\nafter the close / 締め後: {', '.join(map(str, after[:NAMED]))}"
    figure = f"{code}-{original}" if original else str(code)
    return Difference(
        "hub-statement", party_id, cycle.isoformat(), figure, business_date, kind, *points, behind
    )


def of_payment(
    party_id: int,
    subject: str,
    pays_on: date,
    yen: tuple[int, int],
    state: str,
    difference: str,
    today: date,
) -> Difference:
    """A payment that did not move as it should by its day: twice, in part, not yet, or not."""
    asked, moved = yen
    kind: Class = "missing"
    if state == "settled":
        kind = "duplicate"
    elif state == "short":
        kind = "amount"
    elif state in ("planned", "sent") and (today - pays_on).days <= SLOW_DAYS:
        kind = "timing"
    behind = f"{state} {difference}".strip()
    return Difference(
        "statement-payout", party_id, subject, "paid", pays_on, kind, asked, moved, behind
    )


def of_plan(
    party_id: int,
    cycle: date,
    business_date: date,
    due: int,
    planned: int,
    references: Sequence[str],
) -> Difference:
    """What is due of a cycle against what its payments come to."""
    kind: Class = "amount" if references else "missing"
    return Difference(
        "statement-payout", party_id, cycle.isoformat(), "planned", business_date, kind, due,
        planned,
        "\n".join(references),
    )  # fmt: skip


def followed(now: Iterable[Difference], known: Mapping[str, Known]) -> list[Followed]:
    """What is to be written: breaks that are new, that differ otherwise, that came back, and those
    that are no longer there. What is as it was, explained or not, needs no row."""
    rows, seen = [], set()
    for one in now:
        was = known.get(one.break_id)
        seen.add(one.break_id)
        figures = (one.kind, one.told, one.found, one.behind)
        if was is None:
            rows.append(Followed(one.break_id, 1, "open", *figures, FOUND, one))
        elif was.state == "resolved":
            rows.append(Followed(one.break_id, was.number + 1, "open", *figures, BACK))
        elif (was.told, was.found, was.behind) != figures[1:] or (
            was.state == "open" and was.kind != one.kind
        ):
            rows.append(Followed(one.break_id, was.number + 1, "open", *figures, OTHERWISE))
    gone = [one for one in known.values() if one.break_id not in seen and one.state != "resolved"]
    return [*rows, *map(over, gone)]


def over(was: Known) -> Followed:
    """A break that is no longer there."""
    return Followed(
        was.break_id, was.number + 1, "resolved", was.kind, was.told, was.found, was.behind,
        RESOLVED,
    )  # fmt: skip


def age(business_date: date, today: date) -> Age:
    """How old a break is, by its business date."""
    days = (today - business_date).days
    return next((name for most, name in AGES if days <= most), "31+")


def days_of(of: Age, today: date) -> tuple[date | None, date]:
    """The business dates of breaks of an age, the first of them and the last."""
    names = [name for _, name in AGES]
    at = names.index(of) if of in names else len(AGES)
    least = AGES[at - 1][0] + 1 if at else None
    first = today - timedelta(days=AGES[at][0]) if at < len(AGES) else None
    return first, date.max if least is None else today - timedelta(days=least)


def _till(day: TillDay, figure: str, kind: Class, told: int, found: int, behind: str) -> Difference:
    subject = f"{day.till} {day.business_date.isoformat()}"
    return Difference(
        "till-hub", day.party_id, subject, figure, day.business_date, kind, told, found, behind
    )


def _expected(closes: Iterable[Close]) -> set[str] | None:
    """Every slip that the closes speak of; None where they do not tell."""
    names: set[str] = set()
    for close in closes:
        if close.first_slip is None or close.last_slip is None:
            return None
        between = numbered(close.first_slip, close.last_slip)
        if between is None:
            return None
        names.update(between)
    return names


def _twice(closes: Sequence[Close]) -> bool:
    """Whether a close was told twice, under two numbers."""
    return len({(str(one.totals), one.first_slip, one.last_slip) for one in closes}) < len(closes)
