"""取引明細: the entries behind a figure, and one entry with all that it moved."""

from datetime import date, datetime
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection

from deploy.figures.figures import Days
from deploy.figures.places import Places
from federation.crowd import Few, few
from federation.opaque import Names
from federation.reading import rows
from federation.refusals import Validation
from federation.sql import statement

ENTRIES = statement(__file__, "entries")
WHOLE = statement(__file__, "whole")
MOVEMENTS = statement(__file__, "movements")
GRANTED = statement(__file__, "granted")
MOST = 100
MOST_ON_A_SHEET = 20_000


class Wanted(Struct, frozen=True):
    """Which entries: between two days, of a kind or in a figure, at a weekday and hour, or up to an
    hour."""

    days: Days
    kind: str | None = None
    figure: str | None = None
    weekday: int | None = None
    hour: int | None = None
    until_hour: int | None = None

    def asked(self) -> dict[str, Any]:
        """As statements take them."""
        told = {name: getattr(self, name) for name in self.__struct_fields__[1:]}
        return self.days.asked() | told


class Line(Struct, frozen=True):
    """One entry of the list; `part` is what it adds to the figure that was asked about."""

    entry: str
    business_date: date
    at: datetime
    kind: str
    shop: str
    shop_en: str
    till: str
    slip: str | None
    receipt_till: str | None
    receipt_no: str | None
    points: int
    paid_yen: int | None
    part: int | None


class Listed(Struct, frozen=True):
    """One page of entries, and from where the next goes on."""

    lines: tuple[Line, ...]
    after: str | None


async def listed(
    reader: AsyncConnection, names: Names, wanted: Wanted, at: Places, after: str, most: int = MOST
) -> Listed:
    """The entries that the reader may see, a page of them."""
    asked: dict[str, Any] = {
        **wanted.asked(), **at.asked(), "most": most + 1, **cursor(names, after),
    }  # fmt: skip
    found = await rows(reader, ENTRIES, asked)
    called = dict(zip(at.shops, at.codes, strict=True))
    lines = []
    for row in found[:most]:
        name = names.seal("entry", row.pop("member_id"), row.pop("entry_id"))
        ja, en = at.names[called[row.pop("shop_id")]]
        lines.append(Line(entry=name, shop=ja, shop_en=en, **row))
    last = f"{lines[-1].business_date}~{lines[-1].entry}" if len(found) > most else None
    return Listed(tuple(lines), last)


def cursor(names: Names, after: str) -> dict[str, Any]:
    """Behind which entry a page begins."""
    if not after:
        return {"before_on": None, "before_entry": None, "before_member": None}
    on, _, name = after.partition("~")
    try:
        before_on = date.fromisoformat(on)
    except ValueError:
        raise Validation(pointer="/after") from None
    member_id, entry_id = names.open("entry", name)
    return {"before_on": before_on, "before_entry": entry_id, "before_member": member_id}


async def sum_of(reader: AsyncConnection, wanted: Wanted, at: Places) -> int | Few | None:
    """What the whole list comes to, where it is the list of one figure."""
    if wanted.figure is None or wanted.kind:
        return None
    [row] = await rows(reader, WHOLE, wanted.asked() | at.asked())
    return few(row["whole"], exact=at.exact) if wanted.figure == "members" else row["whole"]


class Granted(Struct, frozen=True):
    """A lot that an entry granted: its points, by which rule, who pays them, until when."""

    part: int
    points: int
    points_left: int
    rule: str
    usable_from: date
    expires_on: date | None
    funder: str
    funder_name: str
    funder_name_en: str


async def granted(auditor: AsyncConnection, member_id: int, entry_id: int) -> list[Granted]:
    """The lots that an entry granted."""
    asked = {"member_id": member_id, "entry_id": entry_id}
    return [Granted(**row) for row in await rows(auditor, GRANTED, asked)]


async def movements(
    auditor: AsyncConnection, member_id: int, entry_id: int
) -> list[tuple[str, int]]:
    """What an entry moved, by account: + what it entered, - what it left."""
    asked = {"member_id": member_id, "entry_id": entry_id}
    return [(row["account"], row["points"]) for row in await rows(auditor, MOVEMENTS, asked)]
