"""クーポンの符号: the names under which a member and a till know one member's coupon.

The code on the screen is good for one use in turn: once that use is booked, the screen shows
another, and whoever scans the old one again, or taps twice, is refused. Pure.
"""

from msgspec import Struct

from federation.opaque import Names
from federation.refusals import NotFound

TURNS = 1 << 16  # uses of one coupon by one member, at most


class Scanned(Struct, frozen=True):
    """What stands behind a code that a till read."""

    member_id: int
    coupon_id: int
    serial: int


def scanned(names: Names, code: str | None) -> Scanned | None:
    """The member, the coupon and the use in turn behind a code; `NotFound` for one made up."""
    if code is None:
        return None
    try:
        member_id, number = names.open("scan", code)
    except NotFound:
        raise NotFound(pointer="/scan") from None
    return Scanned(member_id, *divmod(number, TURNS))


def to_scan(names: Names, member_id: int, coupon_id: int, uses: int) -> str:
    """The code for the next use, after so many."""
    return names.seal("scan", member_id, coupon_id * TURNS + uses)


def own_name(names: Names, member_id: int, coupon_id: int) -> str:
    """The name by which a member's app asks for one of its coupons."""
    return names.seal("coupon", member_id, coupon_id)


def named(names: Names, member_id: int, name: str) -> int:
    """The coupon behind a member's own name for it; another member's leads nowhere."""
    owner, coupon_id = names.open("coupon", name)
    if owner != member_id:
        raise NotFound
    return coupon_id
