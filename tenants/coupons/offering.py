"""見積のクーポン: which of a member's coupons would do for a purchase that might be made, and what
each would take off; the rule of their use is asked, and nothing is booked."""

from contextlib import suppress
from datetime import datetime

from msgspec import Struct, structs
from psycopg import AsyncConnection

from federation.refusals import Refusal
from federation.slips import Earlier, Holder
from federation.traits import borne_by
from tenants.coupons.coupon import Coupon, Kind, told
from tenants.coupons.reading import Held, held
from tenants.coupons.showing import FIRST_SALE
from tenants.coupons.using import Presented, UseCoupon, using
from tenants.terms import Till


class CouponOffer(Struct, frozen=True):
    """A coupon that would do: what it takes off, what is left to pay, and whether it is alone on a
    receipt. One to be scanned is used by the code on the member's screen."""

    coupon: str
    name: str
    name_en: str
    kind: Kind
    benefit: str
    benefit_en: str
    discount_yen: int
    pay_yen: int
    alone: bool


async def offered(
    conn: AsyncConnection, asked: UseCoupon, till: Till, holder: Holder, now: datetime
) -> tuple[CouponOffer, ...]:
    """Each coupon that would do by itself, the largest discount first; `asked` names none yet."""
    facility_id = till.facility.party_id if till.facility else None
    here = [
        one
        for one in till.coupons.values()
        if one.state == "live" and one.here(till.shop_id, facility_id)
    ]
    if not here or holder.state != "active":
        return ()
    has = await held(conn, holder.member_id)
    segments = {one.segment for one in here if one.segment is not None}
    traits = holder.traits
    if segments:
        traits |= await borne_by(conn, holder.member_id, segments, asked.business_date)
    first_on = None
    if any(one.first_visit for one in here):
        row = await (await conn.execute(FIRST_SALE, {"member_id": holder.member_id})).fetchone()
        first_on = row[0] if row is not None else None
    knows = structs.replace(holder, traits=traits, earlier=Earlier(first_sale_on=first_on))
    found = [offer(one, has[one.coupon_id], asked, till, knows, now) for one in here]
    return tuple(
        sorted((one for one in found if one), key=lambda one: (-one.discount_yen, one.coupon))
    )


def offer(
    coupon: Coupon, has: Held, asked: UseCoupon, till: Till, holder: Holder, now: datetime
) -> CouponOffer | None:
    """What one coupon would take off; None where its rule refuses it."""
    ends_at = {holder.member_id: has.ends_at} if has.ends_at is not None else {}
    knows = structs.replace(
        holder,
        used={(coupon.rule, asked.business_date): has.uses},
        stocks={coupon.rule: has.left} if has.left is not None else {},
    )
    use = using(Presented(now, ends_at, has.uses))
    with suppress(Refusal):
        order = use(structs.replace(asked, coupon=coupon.code), till, knows)
        assert order.coupon is not None
        discount_yen = sum(part.points for part in order.coupon.parts)
        bring, bring_en = told(coupon)
        return CouponOffer(
            coupon.code, coupon.name, coupon.name_en, coupon.kind, bring, bring_en, discount_yen,
            asked.payable_yen - discount_yen, coupon.alone,
        )  # fmt: skip
    return None
