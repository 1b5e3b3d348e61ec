"""失効予定: the lots behind the points that lapse within thirty days, each with its last day."""

from datetime import date, timedelta
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection

from deploy.figures.places import Places
from federation.opaque import Names
from federation.reading import rows
from federation.refusals import Validation
from federation.sql import statement

LAPSING = statement(__file__, "lapsing")
AHEAD = timedelta(days=30)
MOST = 100
MOST_ON_A_SHEET = 20_000


class Lot(Struct, frozen=True):
    """Points of one grant that are still there: when they lapse, who gave them, who paid them."""

    lapses_on: date
    entry: str
    part: int
    points: int
    rule: str
    shop: str
    shop_en: str
    funder: str
    funder_en: str


class Lots(Struct, frozen=True):
    """One page of lots, and from where the next goes on."""

    lots: tuple[Lot, ...]
    after: str | None


async def lapsing(
    auditor: AsyncConnection, names: Names, on: date, at: Places, after: str, most: int = MOST
) -> Lots:
    """What lapses within thirty days of one, the soonest first, a page of it."""
    asked: dict[str, Any] = {
        "today": on, "until": on + AHEAD, "most": most + 1, **behind(names, after),
    }  # fmt: skip
    found = await rows(auditor, LAPSING, asked)
    called = dict(zip(at.shops, at.codes, strict=True))
    lots = []
    for row in found[:most]:
        entry = names.seal("entry", row.pop("member_id"), row.pop("entry_id"))
        code = called.get(row.pop("shop_id"), "")
        ja, en = at.names.get(code, ("–", "–"))
        lots.append(Lot(entry=entry, shop=ja, shop_en=en, **row))
    last = lots[-1] if len(found) > most else None
    return Lots(tuple(lots), f"{last.lapses_on}~{last.part}~{last.entry}" if last else None)


def behind(names: Names, after: str) -> dict[str, Any]:
    """Behind which lot a page begins."""
    if not after:
        return dict.fromkeys(("after_on", "after_member", "after_entry", "after_part"))
    on, _, rest = after.partition("~")
    part, _, name = rest.partition("~")
    try:
        told = {"after_on": date.fromisoformat(on), "after_part": int(part)}
    except ValueError:
        raise Validation(pointer="/after") from None
    member_id, entry_id = names.open("entry", name)
    return {**told, "after_member": member_id, "after_entry": entry_id}
