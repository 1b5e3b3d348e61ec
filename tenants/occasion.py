"""機会: an occasion on which points are given without a sale, as it was laid out. Pure words."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from msgspec import Struct

Kind = Literal[
    "visit", "birthday", "anniversary", "referral", "first-visit", "login", "stamp", "rally"
]
Per = Literal["member", "facility", "shop", "month", "day"]


class Occasion(Struct, frozen=True, kw_only=True):
    """One dated version. `per` says what a visit, or a stamp of it, is once a day for, and of a
    birthday whether the 1st of the month or the day itself gives; `stamps` fill a card, within
    `open_days`; of a rally they are the facilities to be seen. Weights are the funders' shares."""

    occasion_id: int
    code: str
    kind: Kind
    from_on: date
    facility_id: int | None = None
    facility: str | None = None
    points: int = 0
    friend_points: int = 0
    per: Per = "member"
    most_per_year: int | None = None
    paid_yen_from: int = 0
    stamps: int | None = None
    open_days: int | None = None
    prize: str | None = None
    lasts_days: int | None = None
    ring_fenced: bool = False
    running: bool = True
    facility_weight: int = 0
    operator_weight: int = 0
    tenant_weight: int = 0
    name: str = ""
    name_en: str = ""

    @property
    def rule(self) -> str:
        """The rule that its grants name."""
        return f"{self.kind}:{self.code}"

    def is_at(self, facility_id: int | None) -> bool:
        """Whether it holds at a facility."""
        return self.facility_id in (None, facility_id)

    def place(self, facility_id: int | None, shop_id: int) -> str:
        """The name under which something is once for a member, a facility or a shop."""
        match self.per:
            case "facility":
                return f"@f{facility_id or 0}"
            case "shop":
                return f"@s{shop_id}"
        return ""


def running(occasions: Iterable[Occasion], on: date, *kinds: Kind) -> list[Occasion]:
    """The occasions of some kinds that hold on a day, by code: of each the version that began last,
    of one day the one that was set last; those switched off are left out."""
    held: dict[str, Occasion] = {}
    for one in sorted(occasions, key=lambda one: (one.code, one.from_on, one.occasion_id)):
        if one.from_on <= on:
            held[one.code] = one
    return [one for one in held.values() if one.running and one.kind in kinds]
