"""わたしのランク: what a member is, until when, and what is missing for more (あと○円)."""

from datetime import date
from typing import Literal

from msgspec import Struct
from psycopg import AsyncConnection

from federation import ranks as books
from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement
from tenants.ranks.following import Look, agreed, figures_of, promotions_of
from tenants.ranks.rules import Measure, Promotion, in_force, period, window_of

PLACES = statement(__file__, "places")
RANKED = books.RANKED


class ByRule(Struct, frozen=True):
    """The rule that gave a rank, and the figure that it saw."""

    rule: str
    figure: int
    from_on: date
    to_on: date


class Missing(Struct, frozen=True):
    """What a member would still have to reach, by when, and from when on the rank would be had."""

    rank: str
    name: str
    name_en: str
    rule: str
    measure: Measure
    unit: Literal["yen", "days", "points"]
    figure: int
    threshold: int
    missing: int
    by_on: date
    from_on: date
    to_on: date
    words: str
    words_en: str


class OwnRank(Struct, frozen=True):
    """A rank on a day: its name, until when it lasts as things stand, by which rule, and what is
    missing for it to go on or for a higher one."""

    rank: str
    name: str
    name_en: str
    until_on: date | None
    by: ByRule | None
    next: tuple[Missing, ...]


UNITS: dict[Measure, Literal["yen", "days", "points"]] = {
    "spend": "yen",
    "visits": "days",
    "points": "points",
}
COUNTED = {"yen": ("円", "yen"), "days": ("日", "days"), "points": ("ポイント", "points")}


async def standing(conn: AsyncConnection, member_id: int, today: date) -> OwnRank:
    """Where a member stands, as far as the journal was followed."""
    found = await rows(conn, RANKED, {"members": [member_id]})
    if not found:
        raise NotFound
    rank = books.Ranked(**found[0]).rank_on(today)
    names = {row["rank"]: row for row in await rows(conn, PLACES, {})}
    own = (await promotions_of(conn, [member_id])).get(member_id, [])
    held = [one for one in own if one.rank == rank and one.counts_on(today)]
    by = max(held, key=lambda one: one.to_on, default=None)
    rules = in_force(await agreed(conn), today).values()
    looks = [Look(member_id, rule, window_of(rule, today)) for rule in rules]
    figures = await figures_of(conn, looks)
    place = names[rank]["place"] if rank in names else 0
    missing = []
    for look, figure in zip(looks, figures, strict=True):
        if names[look.rule.rank]["place"] >= place:
            one = what_is_missing(look, figure.of(look.rule.measure), names, today)
            missing.append(one)
    named = names.get(rank, {"name": rank, "name_en": rank})
    return OwnRank(
        rank,
        named["name"],
        named["name_en"],
        last_day(own, rank, by),
        ByRule(by.rule, by.figure, by.from_on, by.to_on) if by else None,
        tuple(sorted(missing, key=lambda one: (names[one.rank]["place"], one.rule))),
    )


def last_day(own: list[Promotion], rank: str, by: Promotion | None) -> date | None:
    """Until when a rank lasts, with the promotions that go on from it."""
    if by is None:
        return None
    last = by.to_on
    for one in sorted(own, key=lambda one: one.from_on):
        follows = one.from_on.toordinal() <= last.toordinal() + 1 and one.to_on > last
        if one.rank == rank and one.withdrawn_on is None and follows:
            last = one.to_on
    return last


def what_is_missing(
    look: Look, figure: int, names: dict[str, dict[str, str]], today: date
) -> Missing:
    """What is missing by a rule in its window of today."""
    rule, window = look.rule, look.window
    assert rule.threshold is not None
    lacks = max(rule.threshold - figure, 0)
    had = period(rule, window, today)
    unit = UNITS[rule.measure]
    ja, en = COUNTED[unit]
    name = names[rule.rank]
    words = f"{name['name']}まで、あと{lacks:,}{ja}" if lacks else f"{name['name']}の条件を達成"
    words_en = f"{lacks:,} {en} to {name['name_en']}" if lacks else f"{name['name_en']}: reached"
    return Missing(
        rule.rank,
        name["name"],
        name["name_en"],
        rule.rule,
        rule.measure,
        unit,
        figure,
        rule.threshold,
        lacks,
        window.last_on,
        had.first_on,
        had.last_on,
        words,
        words_en,
    )
