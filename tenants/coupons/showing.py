"""会員に見せるクーポン: what a member has, where and until when, and the code to scan."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from msgspec import Struct
from psycopg import AsyncConnection

from federation.days import TOKYO, day_of
from federation.opaque import Names
from federation.refusals import NotFound
from federation.sql import statement
from federation.traits import borne_by
from tenants.coupons.codes import named, own_name, to_scan
from tenants.coupons.coupon import Coupon, told
from tenants.coupons.reading import Held, held
from tenants.coupons.refusals import CouponNotYet, CouponOver, CouponUsed

PLACES = statement(__file__, "places")
FIRST_SALE = statement(__file__, "first_sale")
START = statement(__file__, "start")
SECOND = timedelta(seconds=1)


class Shown(Struct, frozen=True, omit_defaults=True):
    """One coupon on a member's screen. `scan` is for the till to read, good once; a timed one has
    none until it is started, and lives `seconds_left` from then."""

    id: str
    name: str
    name_en: str
    kind: str
    benefit: str
    benefit_en: str
    places: tuple[str, ...]
    from_on: date
    to_on: date
    state: str
    at: datetime
    alone: bool
    least_yen: int = 0
    weekdays: tuple[int, ...] = ()
    from_time: time | None = None
    to_time: time | None = None
    uses_left: int | None = None
    stock_left: int | None = None
    ends_at: datetime | None = None
    seconds_left: int | None = None
    scan: str | None = None


class Wallet(Struct, frozen=True):
    """クーポン一覧: all that a member has, the first to end first."""

    coupons: tuple[Shown, ...]


class Screen:
    """Whose screen it is, at what instant, and what the tills know of coupons and places."""

    def __init__(
        self,
        member_id: int,
        coupons: Mapping[str, Coupon],
        names: Names,
        now: datetime,
    ) -> None:
        self.member_id = member_id
        self.coupons = {coupon.coupon_id: coupon for coupon in coupons.values()}
        self._places: dict[tuple[str, int], str] = {}
        self._names = names
        self.now = now
        self.today = day_of(now)

    async def learn(self, conn: AsyncConnection) -> None:
        """What places are called."""
        rows = await (await conn.execute(PLACES)).fetchall()
        self._places = {(row[0], row[1]): row[3] for row in rows}

    async def wallet(self, conn: AsyncConnection) -> Wallet:
        """All that this member may see."""
        await self.learn(conn)
        has = await held(conn, self.member_id)
        seen = await self._seen(conn)
        shown = [self.shown(coupon, has[coupon.coupon_id]) for coupon in seen]
        return Wallet(tuple(sorted(shown, key=lambda one: (one.to_on, one.id))))

    async def one(self, conn: AsyncConnection, name: str) -> tuple[Coupon, Held]:
        """One coupon of this member; what it may not see is not there."""
        await self.learn(conn)
        coupon_id = named(self._names, self.member_id, name)
        for coupon in await self._seen(conn):
            if coupon.coupon_id == coupon_id:
                return coupon, (await held(conn, self.member_id))[coupon_id]
        raise NotFound

    async def _seen(self, conn: AsyncConnection) -> list[Coupon]:
        """Live coupons that are not over, for everybody or for this member: of its segment, and
        for a first visit only before there was one."""
        live = [
            coupon
            for coupon in self.coupons.values()
            if coupon.state == "live" and self.today <= coupon.to_on
        ]
        segments = {coupon.segment for coupon in live if coupon.segment is not None}
        borne = await borne_by(conn, self.member_id, segments, self.today)
        mine = [one for one in live if one.segment is None or one.segment in borne]
        if any(one.first_visit for one in mine):
            row = await (await conn.execute(FIRST_SALE, {"member_id": self.member_id})).fetchone()
            if row is not None and row[0] is not None and row[0] < self.today:
                mine = [one for one in mine if not one.first_visit]
        return mine

    async def show(self, conn: AsyncConnection, name: str) -> Shown:
        """The member opens a coupon: noted once, for its figures."""
        coupon, has = await self.one(conn, name)
        await self._hold(conn, coupon, None)
        return self.shown(coupon, has)

    async def start(self, conn: AsyncConnection, name: str) -> Shown:
        """The member starts a timed coupon; starting it again changes nothing."""
        coupon, has = await self.one(conn, name)
        if coupon.minutes is None:
            raise NotFound
        if has.ends_at is None:
            if self.today < coupon.from_on:
                raise CouponNotYet
            if state_of(coupon, has, self) == "used":
                raise CouponUsed
            if state_of(coupon, has, self) == "sold-out":
                raise CouponOver
        started_at, ends_at = await self._hold(conn, coupon, coupon.ends_at(self.now))
        return self.shown(coupon, Held(coupon.coupon_id, has.uses, started_at, ends_at, has.left))

    async def _hold(
        self, conn: AsyncConnection, coupon: Coupon, ends_at: datetime | None
    ) -> tuple[datetime | None, datetime | None]:
        asked = {
            "member_id": self.member_id,
            "coupon_id": coupon.coupon_id,
            "now": self.now,
            "ends_at": ends_at,
        }
        row = await (await conn.execute(START, asked)).fetchone()
        assert row is not None
        return row[0], row[1]

    def shown(self, coupon: Coupon, has: Held) -> Shown:
        """One coupon as this member sees it now."""
        state = state_of(coupon, has, self)
        left = coupon.per_member
        scan = to_scan(self._names, self.member_id, coupon.coupon_id, has.uses)
        bring, bring_en = told(coupon)
        seconds = None
        if has.ends_at is not None:
            seconds = max(0, -(-(has.ends_at - self.now) // SECOND))
        return Shown(
            id=own_name(self._names, self.member_id, coupon.coupon_id),
            name=coupon.name,
            name_en=coupon.name_en,
            kind=coupon.kind,
            benefit=bring,
            benefit_en=bring_en,
            places=self._where(coupon),
            from_on=coupon.from_on,
            to_on=coupon.to_on,
            state=state,
            at=self.now.astimezone(TOKYO),
            alone=coupon.alone,
            least_yen=coupon.least_yen,
            weekdays=coupon.weekdays,
            from_time=coupon.from_time,
            to_time=coupon.to_time,
            uses_left=None if left is None else max(0, left - has.uses),
            stock_left=has.left if coupon.stock is not None else None,
            ends_at=has.ends_at.astimezone(TOKYO) if has.ends_at else None,
            seconds_left=seconds,
            scan=scan if state == "ready" else None,
        )

    def _where(self, coupon: Coupon) -> tuple[str, ...]:
        ids = [("facility", one) for one in coupon.facilities]
        ids += [("shop", one) for one in coupon.shops]
        return tuple(self._places[one] for one in ids if one in self._places)


def state_of(coupon: Coupon, has: Held, screen: Screen) -> str:
    """How a coupon stands for a member: soon, ready, to be started, over, used or sold out."""
    if coupon.per_member is not None and has.uses >= coupon.per_member:
        return "used"
    if screen.today < coupon.from_on:
        return "soon"
    if coupon.minutes is not None and has.ends_at is None:
        return "to-start" if has.left is None or has.left > 0 else "sold-out"
    if has.ends_at is not None and screen.now >= has.ends_at:
        return "over"
    if coupon.stock is not None and has.left is not None and has.left <= 0:
        return "sold-out"
    return "ready"
