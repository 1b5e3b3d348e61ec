"""設定の継承: what each level says of a setting, dated, and which level won at a shop. Pure.

Operator, facility, tenant, shop: the nearest to the shop wins; of one level the latest day, and of
one day the last word. A level that says nothing, or ends what it said, inherits. A shop's agreed
terms are its own words on what they name.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from tenants.rules import (
    CategoryRate,
    EarnsOn,
    Funders,
    QuietHours,
    RankRate,
    Rounding,
    Scope,
    Special,
    TenderRate,
    YenPerPoint,
)
from tenants.terms import TaxTreatment, Terms, shares_of

Level = Literal["operator", "facility", "tenant", "shop"]
LEVELS: tuple[Level, ...] = ("operator", "facility", "tenant", "shop")
Category = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.:/-]{1,40}$(?!\n)")]
Pattern = Annotated[str, Meta(pattern=r"^[a-z_]{1,40}(:(\*|[A-Za-z0-9_.:/-]{1,64}))?$(?!\n)")]
SettingKey = Annotated[
    str,
    Meta(pattern=r"^[a-z_]{1,40}(:[A-Za-z0-9_.:/-]{1,64})?$(?!\n)", description="設定項目 · key"),
]
DELEGATED = "delegated"
BASE_FUNDERS = "base_funders"
NEVER_DELEGATED = (DELEGATED, BASE_FUNDERS)  # who pays is agreed with whoever does
# How many base points there are, which whoever is named in BASE_FUNDERS pays for.
BASE = ("yen_per_point", "earns_on", "scope", "rounding", "excluded_categories")

# What there is to set, and what a value of it may be.
SINGLE: dict[str, Any] = {
    "yen_per_point": YenPerPoint,
    "earns_on": EarnsOn,
    "scope": Scope,
    "rounding": Rounding,
    "static_card_limit_points": Annotated[int, Meta(ge=0, le=10_000_000)],
    "excluded_categories": Annotated[list[Category], Meta(max_length=200)],
    BASE_FUNDERS: Funders,
    "keeps_tenders": bool,
    DELEGATED: Annotated[list[Pattern], Meta(max_length=200)],
}
FAMILIES: dict[str, Any] = {
    "category": CategoryRate,
    "tender": TenderRate,
    "rank": RankRate,
    "hour": QuietHours,
    "campaign": bool,
}
DEFAULTS: dict[str, Any] = {
    "yen_per_point": 110,
    "earns_on": "TAX_INCLUDED",
    "scope": "RECEIPT",
    "rounding": "FLOOR",
    "static_card_limit_points": 0,
    "excluded_categories": [],
    BASE_FUNDERS: {"tenant": 1},
    "keeps_tenders": False,
    DELEGATED: [],
}
AGREED = ("yen_per_point", "static_card_limit_points", "excluded_categories")
NEVER = datetime.min.replace(tzinfo=UTC)


class Setting(Struct, frozen=True):
    """One word of one level. `setting_id` 0 is a shop's agreed terms."""

    setting_id: int
    level: Level
    of_id: int
    key: str
    from_on: date
    value: Any
    author: str
    reason: str
    decided_at: datetime = NEVER


class Place(Struct, frozen=True):
    """Where a shop stands."""

    shop_id: int
    tenant_id: int
    facility_id: int | None

    def stands(self) -> tuple[tuple[Level, int], ...]:
        """Its levels, the nearest first."""
        above: tuple[tuple[Level, int], ...] = (("tenant", self.tenant_id),)
        if self.facility_id is not None:
            above += (("facility", self.facility_id),)
        return (("shop", self.shop_id), *above, ("operator", 1))


class Won(Struct, frozen=True):
    """A setting as it holds at a shop on a day: by which word, and what that overrode; by nobody's,
    where it is the default."""

    key: str
    value: Any
    by: Setting | None
    overrode: tuple[Setting, ...] = ()


Said = Mapping[tuple[Level, int], Sequence[Setting]]


class AgreedTerms(Struct, frozen=True):
    """A shop's agreed terms from a day on; what they do not name, the levels above say."""

    shop_id: int
    from_on: date
    tax_treatment: TaxTreatment
    author: str
    reason: str
    yen_per_point: int | None = None
    static_card_limit_points: int | None = None
    excluded_categories: list[str] | None = None

    def words(self) -> list[Setting]:
        """The same as the shop's own words."""
        return [
            Setting(
                0, "shop", self.shop_id, key, self.from_on, getattr(self, key), self.author,
                self.reason,
            )
            for key in AGREED
        ]  # fmt: skip


def kind_of(key: str) -> Any:
    """What a value of a key may be; None where there is no such key."""
    family, colon, name = key.partition(":")
    if colon:
        return FAMILIES.get(family) if name else None
    return SINGLE.get(key)


def convert(key: str, value: Any) -> Any:
    """A value as the rules read it; `msgspec.ValidationError` says what is wrong."""
    kind = kind_of(key)
    if kind is None:
        raise msgspec.ValidationError(f"no such setting: {key}")
    return msgspec.convert(value, kind, strict=True)


def by_level(settings: Iterable[Setting]) -> dict[tuple[Level, int], list[Setting]]:
    """What each level says, in the order in which later words count."""
    found: dict[tuple[Level, int], list[Setting]] = {}
    for one in sorted(settings, key=later):
        found.setdefault((one.level, one.of_id), []).append(one)
    return found


def later(one: Setting) -> tuple[date, bool, datetime, int]:
    """Of a level's words the one that counts: the latest day, then the last decided."""
    return one.from_on, one.setting_id > 0, one.decided_at, one.setting_id


def resolved(place: Place, said: Said, day: date) -> dict[str, Won]:
    """Every setting of a shop on a day, by key; those of nobody's word are the defaults."""
    words: dict[str, list[Setting]] = {}
    for level in place.stands():
        latest: dict[str, Setting] = {}
        for one in said.get(level, ()):
            if one.from_on <= day:
                latest[one.key] = one
        for key, one in latest.items():
            if one.value is not None and kind_of(key) is not None:  # a later version may know it
                words.setdefault(key, []).append(one)
    found = {key: Won(key, value, None) for key, value in DEFAULTS.items()}
    for key, (nearest, *others) in words.items():
        found[key] = Won(key, nearest.value, nearest, tuple(others))
    return found


def above(place: Place, level: Level) -> Place:
    """The same place without the levels from this one down."""
    if level == "shop":
        return Place(0, place.tenant_id, place.facility_id)
    return Place(0, 0, place.facility_id)


def may_set(key: str, patterns: Iterable[str]) -> bool:
    """Whether a key is delegated; who may set it does not thereby delegate it on."""
    family = key.partition(":")[0]
    return key not in NEVER_DELEGATED and any(one in (key, f"{family}:*") for one in patterns)


def own_money(key: str, value: Any, place: Place, said: Said, from_on: date) -> bool:
    """Whether nobody but the tenant pays for what this word of its own would grant, on its day or
    on any later one that is known."""
    if key in BASE:
        days = {one.from_on for level in place.stands() for one in said.get(level, ())}
        on = [from_on, *(day for day in days if day > from_on)]
        return all(
            resolved(place, said, day)[BASE_FUNDERS].value.keys() <= {"tenant"} for day in on
        )
    return value is None or getattr(convert(key, value), "funders", {}).keys() <= {"tenant"}


def terms_of(place: Place, agreed: Sequence[AgreedTerms], said: Said) -> tuple[Terms, ...]:
    """A shop's terms as all levels together say them, a new one from each day on which a word
    changes; none before the shop agreed to any."""
    if not agreed:
        return ()
    if alone(place, agreed, said):
        return tuple(agreed_alone(one) for one in agreed)
    began = min(one.from_on for one in agreed)
    days = {max(began, one.from_on) for level in place.stands() for one in said.get(level, ())}
    return tuple(terms_on(day, place, agreed, said) for day in sorted(days))


def alone(place: Place, agreed: Sequence[AgreedTerms], said: Said) -> bool:
    """Whether nobody says anything but the shop's own terms, which name it all: most shops."""
    own, *others = place.stands()
    return (
        len(said.get(own, ())) == len(AGREED) * len(agreed)
        and not any(said.get(level) for level in others)
        and all(getattr(one, key) is not None for one in agreed for key in AGREED)
    )


def agreed_alone(own: AgreedTerms) -> Terms:
    """The terms of a shop of which nobody else says anything."""
    assert own.yen_per_point is not None
    assert own.static_card_limit_points is not None
    return Terms(
        own.from_on,
        own.yen_per_point,
        own.static_card_limit_points,
        frozenset(own.excluded_categories or ()),
        own.tax_treatment,
    )


def terms_on(day: date, place: Place, agreed: Sequence[AgreedTerms], said: Said) -> Terms:
    """A shop's terms on a day."""
    own = max((one for one in agreed if one.from_on <= day), key=lambda one: one.from_on)
    won = {key: one.value for key, one in resolved(place, said, day).items()}
    return Terms(
        day,
        won["yen_per_point"],
        won["static_card_limit_points"],
        frozenset(won["excluded_categories"]),
        own.tax_treatment,
        won["earns_on"],
        won["scope"],
        won["rounding"],
        special_of(won),
        shares_of(won[BASE_FUNDERS]),
        won["keeps_tenders"],
    )


def special_of(won: Mapping[str, Any]) -> Special:
    """The rules of a shop that have a name of their own."""
    found: dict[str, dict[str, Any]] = {family: {} for family in FAMILIES}
    for key, value in won.items():
        family, colon, name = key.partition(":")
        if colon:
            found[family][name] = convert(key, value)
    campaigns = found["campaign"]
    return Special(
        found["category"],
        found["tender"],
        found["rank"],
        found["hour"],
        frozenset(code for code, takes_part in campaigns.items() if not takes_part),
    )
