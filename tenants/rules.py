"""付与規則の語: the values that a rule of earning may take, as dated settings say them. Pure."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

EarnsOn = Literal["TAX_INCLUDED", "TAX_EXCLUDED"]
Scope = Literal["RECEIPT", "LINE"]
Rounding = Literal["FLOOR", "ROUND", "CEIL"]
Funder = Literal["tenant", "facility", "operator", "promotion"]
Funders = Annotated[
    dict[Funder, Annotated[int, Meta(ge=1, le=10_000)]],
    Meta(min_length=1, description="負担割合 · parts of a whole by funder"),
]
YenPerPoint = Annotated[int, Meta(ge=1, le=100_000, description="税込または税抜 · whole yen")]
Tenths = Annotated[int, Meta(ge=11, le=1_000, description="15 is 1.5倍, base included")]
RankTenths = Annotated[int, Meta(ge=10, le=1_000, description="10 adds nothing")]
Minute = Annotated[
    str,
    Meta(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$(?!\n)", description="JST"),
]
Weekday = Annotated[int, Meta(ge=1, le=7, description="1 is Monday")]
StackGroup = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.-]{1,40}$(?!\n)")]

OF_TENANT: dict[Funder, int] = {"tenant": 1}
OF_OPERATOR: dict[Funder, int] = {"operator": 1}
ALL_WEEK = (1, 2, 3, 4, 5, 6, 7)
SLOTS = "hours"  # quiet hours and weather stand in one stack group: the best of them counts


class CategoryRate(Struct, frozen=True, forbid_unknown_fields=True):
    """Goods of a category earn so many points for each so many yen, in place of the shop's rate."""

    points: Annotated[int, Meta(ge=1, le=100)]
    yen: YenPerPoint
    funders: Funders = field(default_factory=lambda: dict(OF_TENANT))


class TenderRate(Struct, frozen=True, forbid_unknown_fields=True):
    """What is paid by a tender earns a multiple: 2 pt for each 110 円 by credit is 20 tenths."""

    tenths: Tenths
    funders: Funders = field(default_factory=lambda: dict(OF_TENANT))


class RankRate(Struct, frozen=True, forbid_unknown_fields=True):
    """What a rank's members earn here, in place of what the programme gives them everywhere."""

    tenths: RankTenths
    funders: Funders = field(default_factory=lambda: dict(OF_OPERATOR))


class QuietHours(Struct, frozen=True, forbid_unknown_fields=True):
    """閑散時間帯: a multiple from one minute to before another, on some days of the week."""

    from_time: Minute
    to_time: Minute
    tenths: Tenths
    weekdays: Annotated[tuple[Weekday, ...], Meta(min_length=1, max_length=7)] = ALL_WEEK
    stack_group: StackGroup = SLOTS
    funders: Funders = field(default_factory=lambda: dict(OF_TENANT))

    def __post_init__(self) -> None:
        """A window ends after it begins; one over midnight is two windows."""
        if self.from_time >= self.to_time:
            raise ValueError("`to_time` after `from_time`")


class Declaration(Struct, frozen=True):
    """What was declared of a facility, or of all: its code (rain), its slot, its multiple."""

    declaration_id: int
    facility_id: int | None
    code: str
    from_at: datetime
    to_at: datetime
    tenths: int
    funders: dict[Funder, int]
    withdrawn: bool = False

    @property
    def name(self) -> str:
        """What its grants are named by: the reason, and which declaration of it."""
        return f"{self.code}:{self.declaration_id}"


class Special(Struct, frozen=True):
    """The rules of a shop beside its plain rate."""

    categories: dict[str, CategoryRate] = {}
    tenders: dict[str, TenderRate] = {}
    ranks: dict[str, RankRate] = {}
    hours: dict[str, QuietHours] = {}
    left_out: frozenset[str] = frozenset()  # campaigns that the shop takes no part in


NOTHING_SPECIAL = Special()
