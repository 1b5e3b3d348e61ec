"""自分のこと: what the member site reads of one member: entries, points by last day, stamp cards,
campaigns."""

from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct
from psycopg import AsyncConnection
from psycopg.rows import class_row

from federation import reading
from federation.reading import rows
from federation.sql import statement

HISTORY = statement(__file__, "history")
CAMPAIGNS = statement(__file__, "campaigns")
STAMPS = statement(__file__, "stamps")
SHOPS = "SELECT shop_id, name, name_en FROM tenants.shops WHERE shop_id = ANY(%(shops)s)"

Only = Literal["all", "earned", "used", "lapsed"]
PAGE = 60
KINDS = {
    "accrual": ("お買い物", "Purchase"),
    "redemption": ("ポイント利用", "Points used"),
    "lapse": ("失効", "Lapsed"),
    "reversal": ("取消", "Cancelled"),
    "return": ("返品", "Return"),
    "repayment": ("不足分の精算", "Owed points paid"),
    "hold": ("お取り置き", "Set aside"),
    "release": ("お取り置きの解除", "No longer set aside"),
    "changeover": ("移行", "Change-over"),
    "merge": ("会員統合", "Cards united"),
    "withdrawal": ("退会", "Left"),
    "adjustment": ("事務局からの調整", "Adjusted by the office"),
    "import": ("前のカードからの引継ぎ", "Brought over"),
    "bonus": ("ボーナス", "Bonus"),
    "coupon": ("クーポン利用", "Coupon used"),
}


class Line(Struct, frozen=True):
    """One entry of a member; `sources` is whose points a use took."""

    entry_id: int
    at: datetime
    business_date: date
    kind: str
    points: int
    paid_yen: int | None
    receipt_no: str | None
    shop: str
    shop_en: str
    sources: list[dict[str, Any]]

    @property
    def month(self) -> date:
        """The month under which it stands."""
        return self.business_date.replace(day=1)


class Lapsing(Struct, frozen=True):
    """Points that one shop gave and that lapse on one day."""

    on: date
    shop: str
    shop_en: str
    points: int
    limited: bool


class Offer(Struct, frozen=True):
    """A campaign as a member reads of it."""

    code: str
    name: str
    name_en: str
    from_on: date
    to_on: date
    multiplier: int
    tenths: int
    expires_on: date
    facility: str | None
    facility_name: str | None
    facility_name_en: str | None
    soon: bool

    @property
    def times(self) -> str:
        """How many times the points, as it is said."""
        return f"{self.multiplier}.{self.tenths}" if self.tenths else str(self.multiplier)


class StampCard(Struct, frozen=True):
    """A stamp card: how many of how many, and what the last one brings."""

    code: str
    card_no: int
    opened_on: date
    state: str
    name: str
    name_en: str
    wanted: int
    points: int
    prize: str
    stamped: int


async def history(
    auditor: AsyncConnection, member_id: int, only: Only, before: int | None, most: int
) -> list[Line]:
    """A member's entries, newest first."""
    asked = {"member_id": member_id, "only": only, "before": before, "most": most}
    async with auditor.cursor(row_factory=class_row(Line)) as cursor:
        await cursor.execute(HISTORY, asked)
        return await cursor.fetchall()


async def lapsing(counter: AsyncConnection, member_id: int, now: datetime) -> list[Lapsing]:
    """A member's points by last day and the shop that gave them, the soonest first."""
    open_ = await reading.lots(counter, member_id, now)
    named = await rows(counter, SHOPS, {"shops": sorted({one.shop_id for one in open_})})
    names = {row["shop_id"]: (row["name"], row["name_en"]) for row in named}
    found: dict[tuple[date, int, bool], int] = {}
    for one in open_:
        key = (one.expires_on, one.shop_id, one.limited)
        found[key] = found.get(key, 0) + one.points
    return [
        Lapsing(on, *names[shop_id], points, limited)
        for (on, shop_id, limited), points in sorted(found.items())
    ]


async def offers(
    auditor: AsyncConnection, member_id: int, today: date, facility: str | None = None,
    shop_id: int | None = None,
) -> list[Offer]:  # fmt: skip
    """Campaigns that run or begin within a month, for this member."""
    asked = {"member_id": member_id, "today": today, "facility": facility, "shop_id": shop_id}
    async with auditor.cursor(row_factory=class_row(Offer)) as cursor:
        await cursor.execute(CAMPAIGNS, asked)
        return await cursor.fetchall()


async def stamp_cards(worker: AsyncConnection, member_id: int, today: date) -> list[StampCard]:
    """A member's stamp cards, the open ones first."""
    async with worker.cursor(row_factory=class_row(StampCard)) as cursor:
        await cursor.execute(STAMPS, {"member_id": member_id, "today": today})
        return await cursor.fetchall()
