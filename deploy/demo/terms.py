"""What the demo's tenants agreed to pay the hub: statements then show every kind of line."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct
from psycopg import AsyncConnection

from deploy.clock import wall
from deploy.demo import federation as demo
from settlement import agreeing
from settlement.schemes import MINIMUM_YEN, Offer
from tenants.layout import Why

AGREED_ON: Final = demo.FIRST_ON.replace(month=4, day=1)
LARGE: Final = ("supermarket", "drugstore", "greengrocer")
POINT_FEE_MILLIYEN: Final = 500
REDEEM_FEE_BP: Final = 100
TERMINAL_FEE_YEN: Final = 1_100


class Fees(Struct, frozen=True):
    """Fees of one tenant; None: as agreed with all."""

    point_fee_milliyen: int | None = None
    redeem_fee_bp: int | None = None
    terminal_fee_yen: int | None = None


async def agree(conn: AsyncConnection, tenants: Iterable[demo.Tenant], why: Why) -> None:
    """Nothing below 500 円 is transferred; large shops pay by the point (システム利用料), those of
    the second facility for points they honour (換金手数料), those of the third by the terminal."""
    await agreeing.agree(conn, Offer(from_on=AGREED_ON, minimum_yen=MINIMUM_YEN), why, wall())
    for tenant in tenants:
        fees = fees_of(tenant)
        if fees is not None:
            offer = Offer(
                from_on=AGREED_ON,
                party=tenant.code,
                point_fee_milliyen=fees.point_fee_milliyen,
                redeem_fee_bp=fees.redeem_fee_bp,
                terminal_fee_yen=fees.terminal_fee_yen,
            )
            await agreeing.agree(conn, offer, why, wall())


def fees_of(tenant: demo.Tenant) -> Fees | None:
    """What a tenant agreed to, if it pays any fee."""
    by_point = POINT_FEE_MILLIYEN if tenant.trade.code in LARGE else None
    if tenant.facility == 1:
        return Fees(by_point, redeem_fee_bp=REDEEM_FEE_BP)
    if tenant.facility == 2:
        return Fees(by_point, terminal_fee_yen=TERMINAL_FEE_YEN)
    return Fees(by_point) if by_point else None
