"""ランク規程: a member rises who reaches so much of a measure within a window. Dated; pure.

The reference programme (domain 0): 200,000 yen within 4/1-3/31 make a premium member of the next
4/1-3/31.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct, structs

from federation.days import months_later

Measure = Literal["spend", "visits", "points"]
Span = Literal["fiscal-year", "calendar-year", "months"]
DAY = timedelta(days=1)
GENERAL = "general"


class RankRule(Struct, frozen=True):
    """One version of a rule, from a day on. `lowered`: a return takes the rank away again."""

    rule: str
    from_on: date
    rank: str
    measure: Measure
    span: Span
    months: int | None
    threshold: int | None
    takes_effect: Literal["at-once", "next-year"]
    lowered: bool


class Window(Struct, frozen=True):
    """From one day to another, both within."""

    first_on: date
    last_on: date


class Figures(Struct, frozen=True):
    """What a member came to within a window, or on a day."""

    spend_yen: int
    visits: int
    points: int

    def of(self, measure: Measure) -> int:
        """The figure that a rule looks at."""
        return {"spend": self.spend_yen, "visits": self.visits, "points": self.points}[measure]


class Promotion(Struct, frozen=True):
    """A rank from one day to another, by a rule; withdrawn where a return took it away."""

    member_id: int
    rank: str
    rule: str
    rule_from_on: date
    window_on: date
    figure: int
    from_on: date
    to_on: date
    withdrawn_on: date | None = None

    def counts_on(self, day: date) -> bool:
        """Whether it gives its rank on a day."""
        gone = self.withdrawn_on is not None and day >= self.withdrawn_on
        return self.from_on <= day <= self.to_on and not gone


def in_force(rules: Iterable[RankRule], day: date) -> dict[str, RankRule]:
    """The version of each rule that counts on a day; what has ended is not there."""
    latest: dict[str, RankRule] = {}
    for one in sorted(rules, key=lambda one: one.from_on):
        if one.from_on <= day:
            latest[one.rule] = one
    return {name: one for name, one in latest.items() if one.threshold is not None}


def window_of(rule: RankRule, day: date) -> Window:
    """The window of a rule in which a day lies; of rolling months the one that ends on it."""
    if rule.span == "months":
        assert rule.months is not None
        return Window(months_later(day, -rule.months) + DAY, day)
    month = 4 if rule.span == "fiscal-year" else 1
    year = day.year if day.month >= month else day.year - 1
    return Window(date(year, month, 1), date(year + 1, month, 1) - DAY)


def period(rule: RankRule, window: Window, today: date) -> Window:
    """From when to when a rank is had that was reached in a window: the whole next one; or at once,
    and to the end of the next one; or for as many months as the window has."""
    if rule.span == "months":
        assert rule.months is not None
        return Window(today, months_later(today, rule.months))
    following = window_of(rule, window.last_on + DAY)
    if rule.takes_effect == "at-once" and today < following.first_on:
        return Window(today, following.last_on)
    return following


def decide(
    rule: RankRule,
    window: Window,
    figures: Figures,
    own: Sequence[Promotion],
    member_id: int,
    today: date,
    reached_on: date | None = None,
) -> Promotion | None:
    """What becomes of a member's promotion by a rule for a window: a new or a changed one; None:
    all stays. One that a return has lowered below the threshold is withdrawn, where the rule says
    so, and comes back with the yen. Of rolling months `reached_on` says on which day the threshold
    was reached last, since the latest promotion began."""
    assert rule.threshold is not None
    figure = figures.of(rule.measure)
    reached = figure >= rule.threshold
    mine = [one for one in own if one.rule == rule.rule]
    if rule.span == "months":
        known = latest(mine, today)
        lost_on = known.withdrawn_on if known is not None else None
        if known is not None and not (reached and lost_on is not None and lost_on < today):
            return rolled(rule, known, figure, today if reached else reached_on, today)
        window_on = today
    else:
        window_on = window.first_on
    known = next((one for one in mine if one.window_on == window_on), None)
    if known is None:
        if not reached:
            return None
        had = period(rule, window, today)
        if had.last_on < today:  # over before anybody looked
            return None
        return Promotion(
            member_id, rule.rank, rule.rule, rule.from_on, window_on, figure, had.first_on,
            had.last_on,
        )  # fmt: skip
    return again(rule, known, figure, reached, today)


def again(
    rule: RankRule, known: Promotion, figure: int, reached: bool, today: date
) -> Promotion | None:
    """A promotion that stands, looked at once more."""
    if known.withdrawn_on is not None:
        return structs.replace(known, withdrawn_on=None, figure=figure) if reached else None
    if not reached and rule.lowered:
        return structs.replace(known, withdrawn_on=max(today, known.from_on))
    return None


def latest(mine: Iterable[Promotion], today: date) -> Promotion | None:
    """The promotion by rolling months that a look concerns: the last that began, unless it ended by
    itself; one that a return ended may come back."""
    last = max(mine, key=lambda one: one.from_on, default=None)
    if last is None or (last.withdrawn_on is None and last.to_on < today):
        return None
    return last


def rolled(
    rule: RankRule, known: Promotion, figure: int, reached_on: date | None, today: date
) -> Promotion | None:
    """A rank by rolling months lasts for as many months from the day on which the threshold was
    reached last, with all returns counted: a purchase makes it longer, a return shorter, where the
    rule says that returns take it away. What ended so is one again where that return is undone."""
    assert rule.months is not None
    to_on = months_later(reached_on, rule.months) if reached_on is not None else None
    if to_on is None or to_on < today:
        if known.withdrawn_on is not None or not rule.lowered:
            return None
        return structs.replace(known, withdrawn_on=max(today, known.from_on))
    if known.withdrawn_on is None and (
        to_on == known.to_on or (to_on < known.to_on and not rule.lowered)
    ):
        return None
    seen = figure if reached_on == today else known.figure
    return structs.replace(known, withdrawn_on=None, to_on=to_on, figure=seen)


def reached_last(
    versions: Iterable[RankRule], days: Mapping[date, Figures], since_on: date, today: date
) -> date | None:
    """The last day since another on which a rule of rolling months, in its version of that day, was
    reached by what its days come to; None where it was on none."""
    versions = sorted(versions, key=lambda one: one.from_on)
    came = sorted(days)
    sums = [Figures(0, 0, 0)]
    for day in came:
        so_far, more = sums[-1], days[day]
        sums.append(Figures(
            so_far.spend_yen + more.spend_yen, so_far.visits + more.visits,
            so_far.points + more.points,
        ))  # fmt: skip
    for back in range((today - since_on).days + 1):
        day = today - back * DAY
        rule = next((one for one in reversed(versions) if one.from_on <= day), None)
        if rule is None or rule.threshold is None or rule.span != "months":
            continue
        first_on = window_of(rule, day).first_on
        until, before = sums[bisect_right(came, day)], sums[bisect_left(came, first_on)]
        if until.of(rule.measure) - before.of(rule.measure) >= rule.threshold:
            return day
    return None


def rank_on(promotions: Iterable[Promotion], places: Mapping[str, int], day: date) -> str:
    """The highest rank that promotions give on a day."""
    given = [one.rank for one in promotions if one.counts_on(day)]
    return max(given, key=lambda rank: places[rank], default=GENERAL)


def since(promotions: Sequence[Promotion], places: Mapping[str, int], day: date) -> date | None:
    """Since when a member has had the rank of a day; None where no promotion ever changed it."""
    turns = {one.from_on for one in promotions} | {one.to_on + DAY for one in promotions}
    turns |= {one.withdrawn_on for one in promotions if one.withdrawn_on is not None}
    changed = (
        turn
        for turn in turns
        if turn <= day
        and rank_on(promotions, places, turn) != rank_on(promotions, places, turn - DAY)
    )
    return max(changed, default=None)
