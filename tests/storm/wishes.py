"""What a till may wish for: a mix of sales, spending, holds and undoing; members whom everybody
serves at once; and now and then something that no hub should take."""

import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

HOT_PERCENT, HOT_CARDS = 6, 1
CROWD_CARDS = 4
LATELY = 60
MIX = {
    "accruals": 34,
    "purchases": 14,
    "redemptions": 18,
    "holds": 9,
    "end": 9,
    "returns": 8,
    "reversals": 8,
}
Body = dict[str, Any]


@dataclass
class Place:
    """A shop with its till: who it is to the hub, and what it did lately."""

    shop_id: int
    client_id: str
    secret: str
    till: str = "T01"
    token: str = ""
    token_at: float = float("-inf")
    sales: deque[tuple[str, int]] = field(default_factory=lambda: deque(maxlen=LATELY))
    undoable: deque[str] = field(default_factory=lambda: deque(maxlen=LATELY))
    holds: deque[str] = field(default_factory=lambda: deque(maxlen=LATELY))


@dataclass(frozen=True)
class Wish:
    """One slip that is to be sent."""

    place: Place
    call: str
    path: str
    body: Body


class Wishes:
    """Wishes by the dice: whom, what, how much; in a crowd most are for a handful of cards."""

    def __init__(
        self,
        places: Sequence[Place],
        cards: Sequence[str],
        dice: random.Random,
        crowd_percent: int = 0,
    ) -> None:
        self.places = places
        self.cards = cards
        self.dice = dice
        self.hot_percent = crowd_percent or HOT_PERCENT
        self.hot = cards[: CROWD_CARDS if crowd_percent else HOT_CARDS]
        self.numbers = 0

    def next(self, now: datetime) -> Wish:
        """What some till wants of the hub now."""
        dice = self.dice
        place = dice.choice(self.places)
        [call] = dice.choices(list(MIX), list(MIX.values()))
        if call == "end" and place.holds:
            return self._end(place, now)
        if call == "returns" and place.sales:
            of, yen = dice.choice(place.sales)
            part = dice.choice((yen, yen // 2, 110)) or 1
            return self.wish(place, "returns", now, of=of, returned_yen=part)
        if call == "reversals" and place.undoable:
            return self.undoing(place, dice.choice(place.undoable), now)
        hot = dice.random() * 100 < self.hot_percent
        card = dice.choice(self.hot if hot else self.cards)
        points = dice.choice((1, 2, 3, 5, 10, 20, 60))
        if call == "redemptions":
            return self.wish(place, call, now, card=card, points=points, payable_yen=1_000_000)
        if call == "holds":
            return self.wish(place, call, now, card=card, points=points)
        yen = dice.choice((0, 109, 110, 330, 2_200, 5_500))
        sale = {"card": card, "paid_yen": yen, "receipt_no": f"R{self.numbers + 1}"}
        if call == "purchases":
            return self.wish(place, call, now, **sale, points=points)
        return self.wish(place, "accruals", now, **sale)

    def _end(self, place: Place, now: datetime) -> Wish:
        hold_id = place.holds.popleft()
        if self.dice.random() < 0.6:
            return self.wish(place, "captures", now, f"/v1/holds/{hold_id}/capture", points=1)
        return self.wish(place, "releases", now, f"/v1/holds/{hold_id}/release")

    def undoing(self, place: Place, of: str, now: datetime) -> Wish:
        """A slip that shall not have been."""
        return self.wish(place, "reversals", now, of=of, reason="storm")

    def wish(self, place: Place, call: str, now: datetime, path: str = "", **more: Any) -> Wish:
        """A slip with the next number, by a till's clock that is a little behind."""
        self.numbers += 1
        at = now - timedelta(seconds=self.dice.randrange(120))
        body = {
            "slip": f"S{self.numbers}",
            "till": place.till,
            "business_date": now.date().isoformat(),
            "at": at.isoformat(),
            **more,
        }
        return Wish(place, call, path or f"/v1/{call}", body)

    def nonsense(self, now: datetime) -> tuple[Place, str, bytes]:
        """What must be refused and never stumbled over."""
        place = self.dice.choice(self.places)
        day = f'"till":"T01","business_date":"{now.date()}","at":"{now.isoformat()}"'
        good = f'"slip":"B{self.dice.randrange(10**9)}",{day},"card":"{self.cards[0]}"'
        bodies = (
            b"",
            b"{",
            b"\xff\xfe",
            b"[" * 10_000,
            b"null",
            f'{{{good},"paid_yen":1.5,"receipt_no":"1"}}'.encode(),
            f'{{{good},"paid_yen":-1,"receipt_no":"1"}}'.encode(),
            f'{{{good},"paid_yen":1e3,"receipt_no":"1"}}'.encode(),
            f'{{{good},"paid_yen":99999999999999999999,"receipt_no":"1"}}'.encode(),
            f'{{{good},"paid_yen":1,"receipt_no":"1","shop":7}}'.encode(),
            f'{{{good},"paid_yen":1,"paid_yen":2,"receipt_no":"1"}}'.encode(),
            f'{{{good},"paid_yen":1,"receipt_no":"\\u0000"}}'.encode(),
            f'{{{good},"paid_yen":1,"receipt_no":"\\ud800"}}'.encode(),
            f'{{"slip":"{"x" * 65}",{day},"card":"{self.cards[0]}"}}'.encode(),
            f'{{"slip":"ok",{day},"card":"6304000000000000","paid_yen":1,"receipt_no":"1"}}'.encode(),
        )
        path = self.dice.choice(("/v1/accruals", "/v1/redemptions", "/v1/purchases", "/v1/holds"))
        return place, path, self.dice.choice(bodies)
