"""クーポンの企画: drafting a coupon, its steps, and what became of it, with author and reason."""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Annotated, Any

from msgspec import Meta, Struct, structs
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from federation import stocks
from federation.refusals import NotFound, Validation
from federation.sql import statement
from tenants import layout
from tenants.campaigns.refusals import NotFromHere
from tenants.coupons.coupon import STEPS, Benefit, Coupon, Kind, Rounding, Share, State
from tenants.coupons.premiums import Finding, found
from tenants.coupons.reading import read
from tenants.coupons.refusals import CouponKnown
from tenants.coupons.using import CouponCode
from tenants.earning import Code
from tenants.layout import Why
from tenants.undoing import Reason

PLACES = statement(__file__, "places")
ADD = statement(__file__, "add_coupon")
STEP = statement(__file__, "step")
TARGETS = statement(__file__, "targets")
FIGURES = statement(__file__, "figures")
SEEN = statement(__file__, "seen")
STEPS_TAKEN = statement(__file__, "steps")

Text = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=100,
        pattern=r"^[^\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]*$(?!\n)",
    ),
]
SomeYen = Annotated[int, Meta(ge=1, le=10_000_000)]
Trait = Annotated[str, Meta(pattern=r"^[a-z][a-z-]*:[A-Za-z0-9_.:-]{1,80}$(?!\n)")]
PlaceCode = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$(?!\n)")]


class Draft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A coupon as an operator writes it; places by their codes, none are all."""

    code: CouponCode
    name: Text
    name_en: Text
    kind: Kind
    benefit: Benefit
    from_on: date
    to_on: date
    reason: Reason
    off_yen: SomeYen | None = None
    percent: Annotated[int, Meta(ge=1, le=100)] | None = None
    rounding: Rounding = "DOWN"
    cap_yen: SomeYen | None = None
    gift: Text | None = None
    gift_en: Text | None = None
    gift_worth_yen: Annotated[int, Meta(ge=0, le=10_000_000)] | None = None
    least_yen: Annotated[int, Meta(ge=0, le=10_000_000)] = 0
    weekdays: Annotated[tuple[Annotated[int, Meta(ge=1, le=7)], ...], Meta(max_length=7)] = ()
    from_time: time | None = None
    to_time: time | None = None
    shops: Annotated[tuple[PlaceCode, ...], Meta(max_length=500)] = ()
    facilities: Annotated[tuple[PlaceCode, ...], Meta(max_length=100)] = ()
    excluded_categories: Annotated[tuple[Code, ...], Meta(max_length=100)] = ()
    alone: bool = True
    first_visit: bool = False
    segment: Trait | None = None
    stock: Annotated[int, Meta(ge=1, le=100_000_000)] | None = None
    per_member: Annotated[int, Meta(ge=1, le=1_000)] | None = 1
    minutes: Annotated[int, Meta(ge=1, le=10_080)] | None = None
    shares: Annotated[tuple[Share, ...], Meta(max_length=3)] = ()

    def __post_init__(self) -> None:
        """What the benefit and the kind need, and nothing that they do not."""
        for wrong, why in self._faults():
            if wrong:
                raise ValueError(why)

    def _faults(self) -> Iterator[tuple[bool, str]]:
        for benefit, field in (("FIXED", "off_yen"), ("PERCENT", "percent"), ("GIFT", "gift")):
            given = getattr(self, field) is not None
            yield given != (self.benefit == benefit), f"`{field}` goes with {benefit}"
        named = self.gift is not None
        yield named != (self.gift_en is not None), "a gift has names in both languages"
        yield named != (self.gift_worth_yen is not None), "a gift has a worth"
        yield self.cap_yen is not None and self.benefit != "PERCENT", "`cap_yen` goes with PERCENT"
        yield (self.kind == "TIMED") != (self.minutes is not None), "`minutes` goes with TIMED"
        yield (self.from_time is None) != (self.to_time is None), "hours have two ends"
        yield self.to_on < self.from_on, "it ends before it begins"
        yield self.first_visit and self.per_member != 1, "a first visit happens once"
        funders = [share.funder for share in self.shares]
        yield len(set(funders)) < len(funders), "each funder once"
        yield any(share.weight < 1 for share in self.shares), "a funder has a weight"
        yield (self.benefit == "GIFT") == bool(self.shares), "a discount has funders, a gift none"


class Preview(Struct, frozen=True):
    """What a coupon would do: to how many it is shown, and what the law on premiums says."""

    code: str
    state: State
    shown_to: int
    members: int
    findings: tuple[Finding, ...]


class Paid(Struct, frozen=True):
    """What one funder paid for a coupon at one shop."""

    shop: str
    funder: str
    uses: int
    members: int
    yen: int


class Step(Struct, frozen=True):
    """One step of a coupon's life."""

    state: State
    author: str
    reason: str
    at: datetime


class Figures(Struct, frozen=True):
    """What became of a coupon: how many members were told of it, opened and started it, its uses
    that stand, what it took off by shop and funder, what is left of its stock; and its steps."""

    code: str
    state: State
    told: int
    shown: int
    started: int
    uses: int
    discount_yen: int
    stock_left: int | None
    by_place: tuple[Paid, ...]
    steps: tuple[Step, ...]


async def draft(conn: AsyncConnection, asked: Draft, author: str, now: datetime) -> None:
    """Write a coupon down; nobody sees it yet."""
    places = {(row["what"], row["code"]): row["id"] for row in await found_rows(conn, PLACES, {})}
    row = structs.asdict(asked)
    for what, field in (("shop", "shops"), ("facility", "facilities")):
        try:
            row[field] = [places[what, code] for code in getattr(asked, field)]
        except KeyError:
            raise Validation(pointer=f"/{field}") from None
    row |= {
        "weekdays": list(asked.weekdays),
        "excluded_categories": list(asked.excluded_categories),
        "funders": [share.funder for share in asked.shares],
        "weights": [share.weight for share in asked.shares],
        "author": author,
        "now": now,
    }
    if (await (await conn.execute(ADD, row)).fetchone()) is None:
        raise CouponKnown


async def step(conn: AsyncConnection, code: str, state: State, why: Why, now: datetime) -> Coupon:
    """Let a coupon go live, pause or end. Tills hear of it in their next batch; its stock is laid
    out when it first goes live."""
    from_states = [one for one, to in STEPS.items() if state in to]
    asked = {
        "code": code, "state": state, "from_states": from_states, "now": now,
        "author": why.author, "reason": why.reason,
    }  # fmt: skip
    row = await (await conn.execute(STEP, asked)).fetchone()
    coupon = await one(conn, code)
    if row is None:
        raise NotFromHere
    if state == "live" and coupon.stock is not None:
        await stocks.lay_out(conn, coupon.rule, coupon.stock)
    await layout.moved(conn)
    return coupon


async def one(conn: AsyncConnection, code: str) -> Coupon:
    """A coupon by its code, drafted or not."""
    for coupon in await read(conn, drafts=True):
        if coupon.code == code:
            return coupon
    raise NotFound


async def preview(conn: AsyncConnection, code: str, today: date) -> Preview:
    """What a coupon would do, before it does."""
    coupon = await one(conn, code)
    asked = {"segment": coupon.segment, "first_visit": coupon.first_visit, "today": today}
    [count] = await found_rows(conn, TARGETS, asked)
    return Preview(code, coupon.state, count["shown"], count["members"], found(coupon))


async def figures(conn: AsyncConnection, code: str) -> Figures:
    """What became of a coupon so far."""
    coupon = await one(conn, code)
    [seen] = await found_rows(conn, SEEN, {"code": code})
    asked = {"code": code, "from_on": coupon.from_on}
    paid = tuple(Paid(**row) for row in await found_rows(conn, FIGURES, asked))
    steps = tuple(Step(**row) for row in await found_rows(conn, STEPS_TAKEN, {"code": code}))
    left = await stocks.left(conn, [coupon.rule]) if coupon.stock is not None else {}
    return Figures(
        code,
        coupon.state,
        seen["told"],
        seen["shown"],
        seen["started"],
        seen["uses"],
        sum(one.yen for one in paid),
        left.get(coupon.rule),
        paid,
        steps,
    )


async def found_rows(
    conn: AsyncConnection, query: str, asked: dict[str, Any]
) -> list[dict[str, Any]]:
    """All rows of a statement, by column name."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, asked)
        return await cursor.fetchall()
