"""取引の見せ方: one booked entry, as the shop that booked it is told of it."""

from datetime import date, datetime

from msgspec import Struct

from federation.opaque import Names
from federation.reading import EntryRow


class Entry(Struct, frozen=True, omit_defaults=True):
    """One booked event, as the shop that booked it or the operator sees it."""

    entry: str
    member: str
    kind: str
    points: int
    till: str
    business_date: date
    at: datetime
    booked_at: datetime
    cycle: int
    slip: str | None = None
    staff: str | None = None
    paid_yen: int | None = None
    excluded_yen: int | None = None
    receipt_till: str | None = None
    receipt_no: str | None = None


def shown(row: EntryRow, names: Names, tenant_id: int) -> Entry:
    """An entry under its opaque id, its member under the tenant's own handle."""
    return Entry(
        names.seal("entry", row.member_id, row.entry_id),
        names.seal("member", tenant_id, row.member_id),
        row.kind,
        row.points,
        row.till,
        row.business_date,
        row.at,
        row.booked_at,
        row.cycle_id,
        row.slip,
        row.staff,
        row.paid_yen,
        row.excluded_yen,
        row.receipt_till,
        row.receipt_no,
    )
