"""やり直しの言葉: what the verbs of the books are handed when they are asked again. Pure."""

from msgspec import Struct

from federation.days import day_of
from federation.page import Page, Row, Stamp
from federation.past import PastDraw, PastEntry, PastShortage
from federation.purse import LotKey, Owed, Purse
from settlement.whatif.happened import Happened


class Booked(Struct, frozen=True):
    """An entry as it is booked in thought: the rows of its lots, draws and shortages."""

    entry_id: int
    happened: Happened | None
    row: Row
    granted: list[Row]
    draws: list[Row]
    shorts: list[Row]


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
