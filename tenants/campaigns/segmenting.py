"""セグメントの条件: which members a segment names, as a small typed rule. Pure (M33)."""

from datetime import date, timedelta
from typing import Annotated, Literal

from msgspec import Meta, Struct

Days = Annotated[int, Meta(ge=1, le=3_660)]
Count = Annotated[int, Meta(ge=0, le=1_000_000)]
Yen = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Word = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.:/-]{1,64}$(?!\n)")]
Prefix = Annotated[str, Meta(pattern=r"^[0-9]{1,7}$(?!\n)")]
DEEPEST = 4

Asked = tuple[str, dict[str, object]]  # the statement that finds them, and what it is asked


class Leaf(Struct, frozen=True, tag_field="is", forbid_unknown_fields=True, omit_defaults=True):
    """One condition; `asked` says by which statement its members are found on a day."""

    def asked(self, today: date) -> Asked:
        """The statement and what it is asked."""
        raise NotImplementedError


class Rank(Leaf, frozen=True, tag="rank"):
    """Of one of these ranks."""

    any_of: Annotated[list[Word], Meta(min_length=1, max_length=20)]

    def asked(self, today: date) -> Asked:
        return "who_rank", {"any_of": self.any_of}


class Age(Leaf, frozen=True, tag="age"):
    """So many years old, from and to, both included; whose birthday is unknown is in no band."""

    at_least: Annotated[int, Meta(ge=0, le=130)] = 0
    at_most: Annotated[int, Meta(ge=0, le=130)] = 130

    def asked(self, today: date) -> Asked:
        young = years_before(today, self.at_least)
        return "who_age", {"after": years_before(today, self.at_most + 1), "up_to": young}


class Sex(Leaf, frozen=True, tag="sex"):
    """As the member said."""

    any_of: Annotated[list[Literal["female", "male", "other"]], Meta(min_length=1, max_length=3)]

    def asked(self, today: date) -> Asked:
        return "who_sex", {"any_of": self.any_of}


class Area(Leaf, frozen=True, tag="area"):
    """Whose postcode begins with one of these digits."""

    prefixes: Annotated[list[Prefix], Meta(min_length=1, max_length=100)]

    def asked(self, today: date) -> Asked:
        return "who_area", {"prefixes": self.prefixes}


class Visits(Leaf, frozen=True, tag="visits"):
    """So many days with a sale within the last days, today included; at a shop, if one is named.
    None for 90 days is at most 0 in 90."""

    days: Days
    at_least: Count = 0
    at_most: Count = 1_000_000
    shop: Word | None = None

    def asked(self, today: date) -> Asked:
        return "who_visited", {
            "from_on": today - timedelta(days=self.days - 1),
            "to_on": today,
            "at_least": self.at_least,
            "at_most": self.at_most,
            "shop": self.shop,
        }


class Bought(Leaf, frozen=True, tag="bought"):
    """For so many yen within the last days, less what came back; of a category, or at a shop."""

    days: Days
    at_least_yen: Yen = 1
    at_most_yen: Yen = 1_000_000_000
    category: Word | None = None
    shop: Word | None = None

    def asked(self, today: date) -> Asked:
        return "who_bought", {
            "from_on": today - timedelta(days=self.days - 1),
            "to_on": today,
            "at_least_yen": self.at_least_yen,
            "at_most_yen": self.at_most_yen,
            "category": self.category,
            "shop": self.shop,
        }


Several = Annotated[
    list["AllOf | AnyOf | Rank | Age | Sex | Area | Visits | Bought"],
    Meta(min_length=1, max_length=20),
]


class AllOf(Struct, frozen=True, tag_field="is", tag="all", forbid_unknown_fields=True):
    """Whoever meets every condition."""

    of: Several


class AnyOf(Struct, frozen=True, tag_field="is", tag="any", forbid_unknown_fields=True):
    """Whoever meets at least one."""

    of: Several


Rule = AllOf | AnyOf | Rank | Age | Sex | Area | Visits | Bought


def leaves(rule: Rule) -> list[Leaf]:
    """Every single condition of a rule."""
    if isinstance(rule, AllOf | AnyOf):
        return [leaf for one in rule.of for leaf in leaves(one)]
    return [rule]


def depth(rule: Rule) -> int:
    """How deep conditions stand in one another."""
    return 1 + max(map(depth, rule.of)) if isinstance(rule, AllOf | AnyOf) else 1


def named(rule: Rule, met: dict[int, frozenset[int]]) -> frozenset[int]:
    """Whom a rule names, by whom each of its conditions does, which is known by its `id`."""
    match rule:
        case AllOf():
            return frozenset.intersection(*(named(one, met) for one in rule.of))
        case AnyOf():
            return frozenset.union(*(named(one, met) for one in rule.of))
        case _:
            return met[id(rule)]


def years_before(day: date, years: int) -> date:
    """The day on which whoever was born is so many years old today; for 29 February, the 28th."""
    year = max(1, day.year - years)
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)
