"""What the verbs did for one slip."""

from msgspec import Struct

from federation.answers import Wallet
from federation.give_back import Returned
from federation.page import Entry
from federation.purse import Hold, Taken


class Booked(Struct):
    """Entries by what they are, the points drawn or held, and the wallet as it is left."""

    member_id: int
    wallet: Wallet
    redemption: Entry | None = None
    accrual: Entry | None = None
    taken: list[Taken] = []
    held: Entry | None = None
    hold: Hold | None = None
    released: Entry | None = None
    lapsed_points: int = 0
    reversed: list[Entry] = []
    returned: Returned | None = None
    adjusted: Entry | None = None
    bonus: Entry | None = None
    merged: list[Entry] = []
    left: Entry | None = None
    coupon: Entry | None = None
