"""スタンプ: what becomes of a card when a member comes, and when a sale is undone. Pure.

A stamp is a mark, never points: nothing of it enters the books before the last one of a card issues
the reward.
"""

from datetime import date, timedelta

from msgspec import Struct

from tenants.occasion import Occasion


class Mark(Struct, frozen=True):
    """A stamp: what is stamped once, on which business date, by which entry, where."""

    mark: str
    stamped_on: date
    entry_id: int
    facility_id: int


class Came(Struct, frozen=True):
    """A member came, and bought for so much, or only visited."""

    member_id: int
    entry_id: int
    on: date
    shop_id: int
    facility_id: int | None
    paid_yen: int | None


class Card(Struct):
    """One card of a member, with its stamps by mark."""

    member_id: int
    code: str
    card_no: int
    opened_on: date
    state: str = "open"
    marks: dict[str, Mark] = {}
    changed: bool = False


def mark_of(one: Occasion, came: Came) -> Mark | None:
    """The stamp that a coming gives on a card: a facility for a rally; each sale of so many yen, or
    one a day and place where the card asks for no yen; None where it gives none."""
    if not one.is_at(came.facility_id) or (came.paid_yen or 0) < one.paid_yen_from:
        return None
    facility_id = came.facility_id or 0
    if one.kind == "rally":
        if not facility_id:
            return None
        name = f"f{facility_id}"
    elif one.paid_yen_from:
        name = f"e{came.entry_id}"
    else:
        name = f"{came.on.isoformat()}{one.place(came.facility_id, came.shop_id)}"
    return Mark(name, came.on, came.entry_id, facility_id)


def is_over(card: Card, one: Occasion, on: date) -> bool:
    """Whether a card ran out before a day; a rally's never does, its visits do."""
    if one.kind == "rally" or one.open_days is None:
        return False
    return on > card.opened_on + timedelta(days=one.open_days)


def stamp(card: Card, one: Occasion, came: Came) -> bool:
    """Put a stamp on an open card; whether it is full now, and issues its reward. What was stamped
    already stays one stamp; a rally counts each facility by its latest visit within the days."""
    mark = mark_of(one, came)
    return mark is not None and add(card, one, mark)


def add(card: Card, one: Occasion, mark: Mark) -> bool:
    """A stamp comes on an open card; whether it is full now."""
    if one.kind == "rally":
        assert one.open_days is not None
        newest = max([mark.stamped_on, *(kept.stamped_on for kept in card.marks.values())])
        too_old = newest - timedelta(days=one.open_days)
        card.marks = {k: kept for k, kept in card.marks.items() if kept.stamped_on > too_old}
        if (had := card.marks.get(mark.mark)) is None or had.stamped_on < mark.stamped_on:
            card.marks[mark.mark] = mark
    else:
        card.marks.setdefault(mark.mark, mark)
    card.changed = True
    if len(card.marks) >= (one.stamps or 0):
        card.state = "full"
    return card.state == "full"


def take_back(card: Card, entry_id: int) -> None:
    """The sale behind a stamp was undone or came back: the stamp goes, where the card has not yet
    issued its reward."""
    if card.state != "open":
        return
    left = {name: mark for name, mark in card.marks.items() if mark.entry_id != entry_id}
    card.changed = card.changed or len(left) < len(card.marks)
    card.marks = left
