"""どこの数字か: the shops that somebody may see, and by what they are added up."""

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import Validation
from federation.sql import statement

PLACES = statement(__file__, "places")
ALL = "all"
NONE = "operator"  # what lies in no facility, in no area
AND = "+"  # between places that all hold: of a tenant, what it has at one facility

Level = Literal["all", "area", "facility", "tenant", "shop"]
LEVELS: dict[Level, tuple[str, str]] = {
    "all": ("全体", "All"),
    "area": ("エリア", "Area"),
    "facility": ("施設", "Facility"),
    "tenant": ("テナント", "Tenant"),
    "shop": ("店舗", "Shop"),
}
WHOLE = ("全体", "All")
NOWHERE = ("運営", "Operator")


class Spot(Struct, frozen=True):
    """One shop, and all that it lies in; a shop is called `tenant/shop`."""

    shop_id: int
    shop: str
    shop_name: str
    shop_name_en: str
    tenant: str
    tenant_name: str
    tenant_name_en: str
    facility: str | None
    facility_name: str | None
    facility_name_en: str | None
    area: str | None
    area_name: str | None
    area_name_en: str | None

    def code(self, level: Level) -> str:
        """What it is added up under."""
        return ALL if level == "all" else getattr(self, level) or NONE

    def names(self, level: Level) -> tuple[str, str]:
        """What that is called."""
        if level == "all":
            return WHOLE
        ja, en = getattr(self, f"{level}_name"), getattr(self, f"{level}_name_en")
        return (ja, en) if ja else NOWHERE


class Places(Struct, frozen=True):
    """Shops, by what they are added up, and the names of that in both languages, in order."""

    level: Level
    shops: tuple[int, ...]
    codes: tuple[str, ...]
    names: dict[str, tuple[str, str]]
    place: str = ""
    exact: bool = False  # whether a count of fewer than ten people is told here

    def whole(self, name: tuple[str, str]) -> "Places":
        """The same shops as one."""
        codes = (ALL,) * len(self.shops)
        return Places("all", self.shops, codes, {ALL: name}, self.place, self.exact)

    def asked(self) -> dict[str, Any]:
        """As statements take them."""
        return {"shops": list(self.shops), "codes": list(self.codes)}

    def within(self, code: str) -> str:
        """The place of one of its rows, as a link names it: within the place that all are of."""
        if self.level == "all":
            return self.place
        own = f"{self.level}:{code}"
        return f"{self.place}{AND}{own}" if self.place and self.level != "shop" else own


async def spots(reader: AsyncConnection) -> list[Spot]:
    """Every shop that the reader may see."""
    return [Spot(**row) for row in await rows(reader, PLACES, {})]


def places(seen: Sequence[Spot], level: Level, place: str, *, exact: bool = False) -> Places:
    """The shops at a place (`facility:tokushima`, or nothing for all), added up at a level."""
    there = within(seen, place)
    codes = tuple(one.code(level) for one in there)
    names = {one.code(level): one.names(level) for one in there}
    if level == "all":
        names = {ALL: named(there, place)}
    return Places(level, tuple(one.shop_id for one in there), codes, names, place, exact)


def within(seen: Sequence[Spot], place: str) -> list[Spot]:
    """The shops at a place."""
    if not place:
        return list(seen)
    there = list(seen)
    for part in place.split(AND):
        level, _, code = part.partition(":")
        if level not in LEVELS or level == "all":
            raise Validation(pointer="/place")
        there = [one for one in there if one.code(level) == code]
    if not there:
        raise Validation(pointer="/place")
    return there


def named(there: Sequence[Spot], place: str) -> tuple[str, str]:
    """What a place is called."""
    if not place:
        return WHOLE
    levels = [part.partition(":")[0] for part in place.split(AND)]
    told = [there[0].names(level) for level in levels]  # type: ignore[arg-type]  # judged before
    ja, en = zip(*told, strict=True)
    return " · ".join(ja), " · ".join(en)


def offered(
    seen: Sequence[Spot], levels: Sequence[Level], place: str = ""
) -> list[tuple[str, str, str]]:
    """The places that a form lets choose from: how a link names each, and its names; the one that
    is asked about, if it is none of these."""
    found: dict[str, tuple[str, str]] = {}
    for level in levels:
        for one in seen:
            if one.code(level) != NONE:
                found.setdefault(f"{level}:{one.code(level)}", one.names(level))
    if place:
        found.setdefault(place, named(within(seen, place), place))
    return [(key, *names) for key, names in found.items()]
