"""What was booked of a member before, for the few rules that must know it: asked under the lock."""

from collections.abc import Sequence

from federation.exchange import Question
from federation.sql import statement
from federation.turns import Turn

EARLIER = statement(__file__, "earlier")


def question(asking: Sequence[Turn]) -> Question:
    """What is asked for these slips, by the receipt that each is for."""
    receipts = [(turn, turn.ask.beside()) for turn in asking]
    on = [(turn, receipt) for turn, receipt in receipts if receipt is not None]
    return EARLIER, {
        "turns": list(range(len(on))),
        "members": [turn.member_id for turn, _ in on],
        "shops": [turn.till.shop_id for turn, _ in on],
        "days": [receipt.business_date for _, receipt in on],
        "tills": [receipt.till for _, receipt in on],
        "nos": [receipt.no for _, receipt in on],
    }
