"""起きたこと: what the books say of one entry, as a replay needs it. Pure words."""

from datetime import date, datetime

from msgspec import Struct

from federation.purse import Lot, LotKey


class DrawnThen(Struct, frozen=True):
    """Points that an entry took from (+) or gave back to (-) a lot."""

    lot_entry_id: int
    lot_part: int
    kind: str
    points: int
    rule: str
    for_rule: str | None


class ShortThen(Struct, frozen=True):
    """What a return could not take back."""

    rule: str
    met: str
    points: int


class Happened(Struct, frozen=True):
    """An entry, with the lots it granted, its draws and shortages, and what its hold kept."""

    member_id: int
    entry_id: int
    kind: str
    tenant_id: int
    shop_id: int
    points: int
    business_date: date
    cycle_id: int
    booked_at: datetime
    of_entry_id: int | None
    slides_to: date | None
    held_points: int | None
    receipt_till: str | None
    receipt_no: str | None
    lots: list[Lot] = []
    draws: list[DrawnThen] = []
    shorts: list[ShortThen] = []
    held: list[tuple[int, int]] = []  # entry and part of the lots that a hold keeps

    @property
    def took(self) -> list[LotKey]:
        """The lots that it spent of, or set aside."""
        drawn = [(one.lot_entry_id, one.lot_part) for one in self.draws if one.points > 0]
        return [(self.member_id, *key) for key in (*drawn, *self.held)]

    @property
    def receipt(self) -> tuple[int, int, date, str | None, str] | None:
        """The receipt that it earned or paid by, if one was told."""
        if self.receipt_no is None:
            return None
        till = self.receipt_till
        return self.member_id, self.shop_id, self.business_date, till, self.receipt_no


class Place(Struct, frozen=True):
    """A shop, whose it is and where it stands."""

    shop_id: int
    code: str
    tenant_id: int
    facility_id: int | None
