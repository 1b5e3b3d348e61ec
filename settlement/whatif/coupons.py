"""クーポンのやり直し: what of a discount came back, among whoever pays for it in thought."""

from collections import Counter
from collections.abc import Sequence

from federation.page import Entry, Page
from federation.purse import LotKey, Purse
from federation.shares import largest_remainder
from settlement.whatif.asking import Booked, key_of
from settlement.whatif.happened import Happened


def less_off(
    one: Happened, used: Booked, returns: Sequence[Booked], purse: Purse, page: Page, entry: Entry
) -> None:
    """So much of it as came back then is its funders' again, in proportion to what is left."""
    yen = -sum(draw.points for draw in one.draws if draw.points < 0)
    lots = [purse.lots[row["member_id"], row["entry_id"], row["part"]] for row in used.granted]
    came: Counter[LotKey] = Counter()
    for went in returns:
        for row in went.draws:
            came[key_of(row)] += max(0, row["points"])
    shared = largest_remainder(yen, [lot.points - came[lot.key] for lot in lots])
    for lot, part in zip(lots, shared, strict=True):
        if part:
            page.draw(purse, entry, lot, -part, "return")
            page.draw(purse, entry, lot, part, "return")
