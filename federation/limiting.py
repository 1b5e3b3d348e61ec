"""What the rules of a batch ask for beyond its members: limited counters and traits. Most ask for
none, and then no statement is sent."""

from collections.abc import Sequence

from msgspec import Struct

from federation.exchange import Question
from federation.sql import array, statement
from federation.turns import Turn

STOCKS = statement(__file__, "stocks")
TRAITS = statement(__file__, "traits")
NONE: frozenset[str] = frozenset()


class Limits(Struct, frozen=True):
    """The names of the limited counters and of the traits that a batch looks at."""

    stocks: frozenset[str] = NONE
    traits: frozenset[str] = NONE

    def enough_for(self, turn: Turn) -> bool:
        """Whether they are all that a slip's rule asks for."""
        stocks, traits = turn.ask.stocks(turn.till), turn.ask.traits(turn.till)
        return stocks <= self.stocks and traits <= self.traits


NO_LIMITS = Limits()


def limits_of(batch: Sequence[Turn]) -> Limits:
    """What the rules of a batch ask for."""
    stocks, traits = NONE, NONE
    for turn in batch:
        if asked := turn.ask.stocks(turn.till):
            stocks |= asked
        if borne := turn.ask.traits(turn.till):
            traits |= borne
    return Limits(stocks, traits) if stocks or traits else NO_LIMITS


def questions(limits: Limits) -> dict[str, Question]:
    """What is asked for them: traits once members have lined up; last of all the counters, which
    are locked in order of name."""
    asked: dict[str, Question] = {}
    if limits.traits:
        asked["traits"] = TRAITS, {"members": None, "traits": array(sorted(limits.traits))}
    if limits.stocks:
        asked["stocks"] = STOCKS, {"stocks": array(sorted(limits.stocks))}
    return asked
