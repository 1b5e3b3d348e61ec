"""やり直しの言葉: what the verbs of the books are handed when they are asked again. Pure."""

from collections.abc import Callable, Mapping
from datetime import date

from msgspec import Struct

from federation.days import day_of
from federation.page import Page, Row, Stamp
from federation.past import Past, PastDraw, PastEntry, PastShortage
from federation.purse import Lot, LotKey, Owed, Purse
from federation.slips import GiveBack
from settlement.whatif.happened import Happened, Place


class Booked(Struct, frozen=True):
    """An entry as it is booked in thought: the rows of its lots, draws and shortages."""

    entry_id: int
    happened: Happened | None
    row: Row
    granted: list[Row]
    draws: list[Row]
    shorts: list[Row]


class Rules(Struct, frozen=True):
    """What a replay asks of whoever runs it: the lots of an entry, where shops stand, which points
    go first on a day, the schemes under which a spending is shared among funders, and when the
    period is over."""

    lots: Callable[[Happened], list[Lot]]
    places: Mapping[int, Place]
    limited_first: Callable[[date], bool]
    proportional: frozenset[int]
    made_up: bool  # whether lapses that were never booked can come about
    until: date


class Kept(Struct):
    """What an entry did, for whatever is about it later."""

    booked: Booked
    undone: bool = False


def empty(member_id: int) -> Purse:
    """A purse with nothing in it."""
    return Purse(
        member_id, "general", 0, 0, 0, "active", None, 0, None, None,
        lots={}, read=True, holds={}, debts=[], used={},
    )  # fmt: skip


def page_of(one: Happened, entry_id: int | None = None) -> Page:
    """A page for one entry, dated as it was booked."""
    page = Page(one.booked_at, one.booked_at, day_of(one.booked_at), lambda _: one.cycle_id)
    page.ids = [entry_id or one.entry_id]
    return page


def stamp_of(one: Happened) -> Stamp:
    """Who booked it."""
    return Stamp(one.tenant_id, one.shop_id, "", one.business_date, one.cycle_id, one.booked_at)


def key_of(row: Row) -> LotKey:
    """The lot of a draw."""
    return row["member_id"], row["lot_entry_id"], row["lot_part"]


def stead_of(row: Row) -> Owed | None:
    """In whose stead a draw took points, if it did."""
    if row["for_funder_id"] is None:
        return None
    return Owed(row["entry_id"], 0, row["for_funder_id"], row["for_rule"], row["points"], 0)


def asked_back(one: Happened, accrual: Booked, past: Past) -> GiveBack:
    """What a return took back by rule, of what was granted, and how far its cash went."""
    points: dict[str, int] = {}
    for draw in one.draws:
        rule = draw.for_rule or draw.rule
        points[rule] = points.get(rule, 0) + draw.points
    for short in one.shorts:
        points[short.rule] = points.get(short.rule, 0) + short.points
    back = past.taken_back()
    left = {rule: given - back[rule] for rule, given in past.granted().items()}
    rules = [row["rule"] for row in accrual.granted]
    in_order = sorted(points, key=lambda rule: rules.index(rule) if rule in rules else 0)
    cash = sum(short.points for short in one.shorts if short.met == "deducted")
    waived = any(short.met == "waived" for short in one.shorts)
    return GiveBack(
        of="",
        returned_yen=0,
        restore_points=0,
        cash_yen=cash,
        take_back=tuple((rule, min(points[rule], left.get(rule, 0))) for rule in in_order),
        shortage="WAIVE" if waived else "DEDUCT_FROM_REFUND",
    )


def past_entry(one: Booked) -> PastEntry:
    """An entry as the verbs know it; of what they do not ask there is nothing."""
    row, happened = one.row, one.happened
    return PastEntry(
        row["member_id"], one.entry_id, row["kind"], row["points"], row["business_date"],
        row["cycle_id"], row["shop_id"], "", None, None, None, None, None, None,
        happened.of_entry_id if happened else None, None, None, None,
    )  # fmt: skip


def past_draw(row: Row) -> PastDraw:
    """A draw as the verbs know it."""
    return PastDraw(
        row["member_id"], row["entry_id"], row["lot_entry_id"], row["lot_part"], row["kind"],
        row["n"], row["points"], row["for_funder_id"], row["for_rule"],
    )  # fmt: skip


def past_short(row: Row) -> PastShortage:
    """A shortage as the verbs know it."""
    return PastShortage(
        row["entry_id"], row["part"], row["funder_id"], row["rule"], row["met"], row["points"], 0
    )
