"""どこの数字か: the shops that somebody may see, and by what they are added up."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import Validation
from federation.sql import statement

PLACES = statement(__file__, "places")
ALL = "all"
NONE = "operator"  # what lies in no facility, in no area

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
        """The place of one of its rows, as a link names it."""
        return self.place if self.level == "all" or code == NONE else f"{self.level}:{code}"


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
    level, _, code = place.partition(":")
    if level not in LEVELS or level == "all":
        raise Validation(pointer="/place")
    there = [one for one in seen if one.code(level) == code]
    if not there:
        raise Validation(pointer="/place")
    return there


def named(there: Sequence[Spot], place: str) -> tuple[str, str]:
    """What a place is called."""
    level = place.partition(":")[0]
    return there[0].names(level) if place else WHOLE  # type: ignore[arg-type]  # judged before


def offered(seen: Iterable[Spot], levels: Sequence[Level]) -> list[tuple[str, str, str]]:
    """The places that a form lets choose from: how a link names each, and its names."""
    found: dict[str, tuple[str, str]] = {}
    for level in levels:
        for one in seen:
            if one.code(level) != NONE:
                found.setdefault(f"{level}:{one.code(level)}", one.names(level))
    return [(key, *names) for key, names in found.items()]
