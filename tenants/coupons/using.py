"""クーポン利用の規則: whether a coupon may be used at a till, and what it takes off. Pure.

The discount is on what the coupon may lower (対象額: the price less excluded goods), before points
pay; several coupons on one receipt take off in turn, each of what the till says is left.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from federation.days import TOKYO
from federation.refusals import CardNotActive, NotFound, Validation
from federation.slips import (
    Asked,
    CardNumber,
    CouponUse,
    Holder,
    Order,
    Part,
    ReceiptKey,
    ReceiptNo,
    Rule,
    Yen,
)
from tenants.coupons.coupon import Coupon, carved, off, told
from tenants.coupons.refusals import (
    BelowLeastPurchase,
    CouponNotForMember,
    CouponNotHere,
    CouponNotStarted,
    CouponNotTogether,
    CouponNotYet,
    CouponOutOfStock,
    CouponOver,
    CouponPaused,
    CouponUsed,
)
from tenants.earning import Lines
from tenants.spending import discount_by_rate
from tenants.terms import Till, in_force

CODE = r"^[A-Za-z0-9_.-]{1,40}$(?!\n)"
CouponCode = Annotated[str, Meta(pattern=CODE, description="クーポンのコード")]
ScanCode = Annotated[str, Meta(pattern=r"^[a-z2-7]{26}$(?!\n)", description="かざすコード")]


class UseCoupon(Asked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A coupon to be taken off a total of `payable_yen` before it: a member's card and the coupon's
    code, or the code that the coupon shows on the member's screen."""

    call: ClassVar[str] = "coupon-uses"

    card: CardNumber | None = None
    coupon: CouponCode | None = None
    scan: ScanCode | None = None
    receipt_no: ReceiptNo
    payable_yen: Yen
    excluded_yen: Yen | None = None
    lines: Lines | None = None

    def __post_init__(self) -> None:
        """One member, named one way."""
        if (self.card is None) == (self.scan is None):
            raise ValueError("either `card` or `scan`")
        if self.card is not None and self.coupon is None:
            raise ValueError("`card` goes with `coupon`")

    @property
    def carrier(self) -> str | None:
        return self.card

    @property
    def rule(self) -> str:
        """The rule that its uses are counted under."""
        return f"coupon:{self.coupon}"

    def beside(self) -> ReceiptKey:
        """The receipt that it lowers, on which other coupons may stand."""
        return ReceiptKey(self.business_date, self.till, self.receipt_no)

    def counted(self, till: Till) -> frozenset[str]:
        return frozenset({self.rule})

    def stocks(self, till: Till) -> frozenset[str]:
        coupon = till.coupons.get(self.coupon or "")
        return frozenset({self.rule}) if coupon and coupon.stock is not None else frozenset()

    def traits(self, till: Till) -> frozenset[str]:
        """The segment it must be in."""
        coupon = till.coupons.get(self.coupon or "")
        return frozenset({coupon.segment}) if coupon and coupon.segment else frozenset()


class Presented(Struct, frozen=True):
    """What was looked up when a coupon was presented: the hub's time, until when it lives for whom
    (of a timed one), and which use in turn the code on the screen was shown for."""

    now: datetime
    ends_at: Mapping[int, datetime] = {}
    serial: int | None = None


def using(presented: Presented) -> Rule:
    """The rule of one use."""

    def use(asked: UseCoupon, till: Till, holder: Holder) -> Order:
        coupon: Coupon | None = till.coupons.get(asked.coupon or "")
        if coupon is None:
            raise NotFound(pointer="/scan" if asked.scan else "/coupon")
        in_time(coupon, asked, presented.now)
        if not coupon.here(till.shop_id, till.facility.party_id if till.facility else None):
            raise CouponNotHere
        for_member(coupon, asked, holder)
        once(coupon, holder, presented)
        beside(coupon, till, holder)
        eligible_yen = eligible(coupon, asked)
        discount_yen = off(coupon, eligible_yen)
        if eligible_yen < coupon.least_yen or (coupon.benefit != "GIFT" and discount_yen == 0):
            raise BelowLeastPurchase(least_yen=coupon.least_yen)
        if coupon.stock is not None and holder.stocks.get(coupon.rule, 0) < 1:
            raise CouponOutOfStock
        taken = ((coupon.rule, 1),) if coupon.stock is not None else ()
        return Order(coupon=used(coupon, asked, discount_yen, till), stocks=taken)

    return use


def in_time(coupon: Coupon, asked: UseCoupon, now: datetime) -> None:
    """Whether it lives, on the business date and at the hub's hour."""
    if coupon.state == "paused":
        raise CouponPaused
    if coupon.state == "ended" or asked.business_date > coupon.to_on:
        raise CouponOver
    if asked.business_date < coupon.from_on:
        raise CouponNotYet
    if not coupon.at_hour(asked.business_date, now.astimezone(TOKYO).time()):
        raise CouponNotYet


def for_member(coupon: Coupon, asked: UseCoupon, holder: Holder) -> None:
    """Whether it is for this member: of its segment, and on a first visit where it is for those:
    no sale on an earlier day."""
    if holder.state != "active":
        raise CardNotActive
    if coupon.segment is not None and coupon.segment not in holder.traits:
        raise CouponNotForMember
    first_on = holder.earlier.first_sale_on
    if coupon.first_visit and first_on is not None and first_on < asked.business_date:
        raise CouponNotForMember


def once(coupon: Coupon, holder: Holder, presented: Presented) -> None:
    """Never more often than a member may; a code from a screen is good for the one use it was shown
    for, a timed coupon until its countdown ends."""
    uses = sum(count for (rule, _), count in holder.used.items() if rule == coupon.rule)
    if coupon.per_member is not None and uses >= coupon.per_member:
        raise CouponUsed
    if presented.serial is not None and presented.serial != uses:
        raise CouponUsed
    if coupon.kind == "SCAN" and presented.serial is None:
        raise Validation(pointer="/scan")
    if coupon.kind == "TIMED":
        ends_at = presented.ends_at.get(holder.member_id)
        if ends_at is None:
            raise CouponNotStarted
        if presented.now >= ends_at:
            raise CouponOver


def beside(coupon: Coupon, till: Till, holder: Holder) -> None:
    """One coupon is good once on a receipt; one that stands alone suffers no other there."""
    others = holder.earlier.coupons
    if coupon.rule in others:
        raise CouponUsed
    known = {one.rule: one for one in till.coupons.values()}
    if others and (coupon.alone or any(one not in known or known[one].alone for one in others)):
        raise CouponNotTogether


def eligible(coupon: Coupon, asked: UseCoupon) -> int:
    """The yen that a coupon may lower: all but what it excludes, the hub's sum by category or the
    till's own; both must agree."""
    theirs = asked.excluded_yen
    if asked.lines is not None:
        if sum(line.amount_yen for line in asked.lines) != asked.payable_yen:
            raise Validation(pointer="/lines")
        ours = sum(
            line.amount_yen for line in asked.lines if line.category in coupon.excluded_categories
        )
        if theirs is not None and theirs != ours:
            raise Validation(pointer="/excluded_yen")
        theirs = ours
    if (theirs or 0) > asked.payable_yen:
        raise Validation(pointer="/excluded_yen")
    return asked.payable_yen - (theirs or 0)


def used(coupon: Coupon, asked: UseCoupon, discount_yen: int, till: Till) -> CouponUse:
    """What is booked of a use: the discount by whoever pays for it, what stands on the receipt."""
    parties = [(till.party(funder), yen) for funder, yen in carved(discount_yen, coupon.shares)]
    kept = [line for line in asked.lines or () if line.category not in coupon.excluded_categories]
    text = told(coupon)[0] if coupon.benefit == "GIFT" else f"{discount_yen:,}円引"
    return CouponUse(
        code=coupon.code,
        parts=tuple(Part(party.party_id, party.code, yen) for party, yen in parties),
        scheme_id=in_force(till.schemes, asked.business_date).scheme_id,
        payable_yen=asked.payable_yen,
        receipt_no=asked.receipt_no,
        staff_text=f"クーポン {text}",
        gift=coupon.gift,
        discount_by_rate=discount_by_rate(discount_yen, kept) if discount_yen else (),
    )
