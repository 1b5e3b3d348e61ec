"""台帳から: what sales, visits and their undoing come to, by their numbers in the journal: first
sales, friends who bought, stamps, and what is due. Pure; `following.py` reads and writes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct

from tenants.occasion import Occasion, running
from tenants.stamping import Came, Card, add, is_over, mark_of, stamp, take_back

Row = dict[str, Any]
CardKey = tuple[int, str]


class Happening(Struct, frozen=True, kw_only=True):
    """An entry that may cause something, for whoever its member is now; of what undid or brought
    back a sale also that sale, and what of it is left."""

    number: int
    kind: str
    entry_id: int
    points: int
    paid_yen: int | None
    business_date: date
    shop_id: int
    facility_id: int | None
    member_id: int
    booked_for: int
    visited: bool = False
    of_entry_id: int | None = None
    of_on: date | None = None
    rest_yen: int | None = None

    @property
    def of_its_day(self) -> bool:
        """Whether it undid something of its own business date."""
        return self.business_date == self.of_on


class Brought(Struct):
    """Who brought a member, and the purchase that was rewarded."""

    referrer_id: int
    given_entry_id: int | None


class Unfolded:
    """What a stretch of the journal comes to, beside what was known before it."""

    def __init__(
        self,
        occasions: Sequence[Occasion],
        today: date,
        cards: Iterable[Card] = (),
        bought_at: Mapping[int, Iterable[int]] | None = None,
        brought: Mapping[int, Brought] | None = None,
    ) -> None:
        self._occasions = occasions
        self._today = today
        self._last: dict[CardKey, Card] = {(card.member_id, card.code): card for card in cards}
        self._bought_at = {member: set(at) for member, at in (bought_at or {}).items()}
        self._brought = dict(brought or {})
        self._written: dict[tuple[int, str, int], Card] = {}
        self.gifts: list[Row] = []
        self.first_sales: list[Row] = []
        self.undone_sales: list[Row] = []
        self.causes_gone: list[Row] = []
        self.referrals: dict[int, int | None] = {}

    @property
    def cards(self) -> list[Card]:
        """The cards that changed."""
        return [card for card in self._written.values() if card.changed]

    def take(self, one: Happening) -> None:
        """The next entry."""
        match one.kind:
            case "accrual":
                self.buy(one)
                self.come(one)
            case "bonus" if one.visited:
                self.come(one)
            case "reversal":
                self.undo(one)
            case "return":
                self.bring_back(one)
            case "merge" if one.booked_for != one.member_id:
                self.become_one(one)

    def buy(self, one: Happening) -> None:
        """A sale: the first at its facility, and perhaps a friend's first that earns."""
        bought_at = self._bought_at.setdefault(one.member_id, set())
        if (one.facility_id or 0) not in bought_at:
            self.first_sales.append(
                {
                    "member_id": one.member_id,
                    "facility_id": one.facility_id or 0,
                    "first_on": one.business_date,
                    "entry_id": one.entry_id,
                }
            )
            self.welcome(one, anywhere=not bought_at)
            bought_at.add(one.facility_id or 0)
        brought = self._brought.get(one.member_id)
        if brought is not None and brought.given_entry_id is None and one.points > 0:
            self.reward(one, brought)

    def welcome(self, one: Happening, *, anywhere: bool) -> None:
        """The benefits of a first sale: at its facility, or (`per` member) anywhere at all."""
        for what in running(self._occasions, one.business_date, "first-visit"):
            first = anywhere or what.facility_id is not None or what.per == "facility"
            if first and fits(what, one):
                slip = f"first-visit/{what.code}/{one.entry_id}"
                self.give(slip, one.member_id, what, what.points, one)

    def reward(self, one: Happening, brought: Brought) -> None:
        """Both sides of a referral, by the first of those that run."""
        for what in running(self._occasions, one.business_date, "referral"):
            if fits(what, one):
                slip = f"referral/{one.entry_id}"
                self.give(f"{slip}/friend", one.member_id, what, what.friend_points, one)
                self.give(f"{slip}/referrer", brought.referrer_id, what, what.points, one)
                brought.given_entry_id = self.referrals[one.member_id] = one.entry_id
                return

    def come(self, one: Happening) -> None:
        """A stamp on each card that collects this."""
        came = Came(
            one.member_id,
            one.entry_id,
            one.business_date,
            one.shop_id,
            one.facility_id,
            one.paid_yen,
        )
        for what in running(self._occasions, one.business_date, "stamp", "rally"):
            if (card := self.card(what, came)) is not None and stamp(card, what, came):
                slip = f"{what.kind}/{what.code}/{card.member_id}/{card.card_no}"
                self.give(slip, one.member_id, what, what.points, one)

    def card(self, what: Occasion, came: Came) -> Card | None:
        """The card that a coming is stamped on: the open one, or a new one after it was full or ran
        out; None where it gives no stamp, or gave it on the card before."""
        mark = mark_of(what, came)
        if mark is None:
            return None
        card = self._last.get((came.member_id, what.code))
        if card is not None and card.state == "open":
            if not is_over(card, what, came.on):
                return self.written(card)
            card.state, card.changed = "over", True
            self.written(card)
        had = card.marks.get(mark.mark) if card is not None else None
        if had is not None and had.stamped_on == mark.stamped_on:
            return None
        number = card.card_no + 1 if card is not None else 1
        card = self._last[came.member_id, what.code] = Card(
            came.member_id, what.code, number, came.on, changed=True
        )
        return self.written(card)

    def written(self, card: Card) -> Card:
        """A card that may change."""
        return self._written.setdefault((card.member_id, card.code, card.card_no), card)

    def undo(self, one: Happening) -> None:
        """取消: a slip was never booked; a stamp of it goes, and what it caused on its day."""
        assert one.of_entry_id is not None
        sale = {"member_id": one.member_id, "entry_id": one.of_entry_id}
        self.undone_sales.append(sale)
        for (member_id, _), card in self._last.items():
            if member_id == one.member_id:
                take_back(self.written(card), one.of_entry_id)
        if one.of_its_day:
            self.withdraw(one)

    def bring_back(self, one: Happening) -> None:
        """返品: the member still came; the stamp of a sale goes where what is left of it would not
        be stamped, what it caused where nothing is left of it on its own day."""
        assert one.of_entry_id is not None
        rest_yen = one.rest_yen or 0
        for what in running(self._occasions, one.business_date, "stamp"):
            card = self._last.get((one.member_id, what.code))
            if card is not None and what.paid_yen_from > 0 and rest_yen < what.paid_yen_from:
                take_back(self.written(card), one.of_entry_id)
        if rest_yen <= 0 and one.of_its_day:
            self.withdraw(one)

    def become_one(self, one: Happening) -> None:
        """統合: the stamps of who has become another go on that one's cards, the oldest first; what
        is stamped on both stays one stamp, and what a full card has no room for begins the next."""
        for (member_id, code), card in list(self._last.items()):
            if member_id != one.booked_for or card.state != "open":
                continue
            running_now = running(self._occasions, one.business_date, "stamp", "rally")
            what = next((agreed for agreed in running_now if agreed.code == code), None)
            if what is None or is_over(card, what, one.business_date):
                continue
            marks = sorted(card.marks.values(), key=lambda mark: (mark.stamped_on, mark.mark))
            card.marks, card.state, card.changed = {}, "over", True
            self.written(card)
            for mark in marks:
                heir = self.open_card(one.member_id, what, mark.stamped_on, one.business_date)
                if add(heir, what, mark):
                    slip = f"{what.kind}/{code}/{heir.member_id}/{heir.card_no}"
                    self.give(slip, one.member_id, what, what.points, one)

    def open_card(self, member_id: int, what: Occasion, opened_on: date, on: date) -> Card:
        """The open card of a member, or a new one."""
        card = self._last.get((member_id, what.code))
        if card is not None and card.state == "open":
            if not is_over(card, what, on):
                return self.written(card)
            card.state, card.changed = "over", True
            self.written(card)
        number = card.card_no + 1 if card is not None else 1
        fresh = Card(member_id, what.code, number, opened_on, changed=True)
        self._last[member_id, what.code] = fresh
        return self.written(fresh)

    def withdraw(self, one: Happening) -> None:
        """What an entry caused is due no more; a friend's next purchase may be the first again."""
        self.causes_gone.append({"member_id": one.booked_for, "entry_id": one.of_entry_id})
        brought = self._brought.get(one.member_id)
        if brought is not None and brought.given_entry_id == one.of_entry_id:
            brought.given_entry_id = self.referrals[one.member_id] = None

    def give(
        self, slip: str, member_id: int, what: Occasion, points: int, cause: Happening
    ) -> None:
        """Something is due, under a slip of its own."""
        if points == 0:
            return
        self.gifts.append(
            {
                "slip": slip,
                "member_id": member_id,
                "occasion_id": what.occasion_id,
                "points": points,
                "due_on": cause.business_date,
                "given_on": self._today,
                "shop_id": cause.shop_id,
                "caused_by_member_id": cause.booked_for,
                "caused_by_entry_id": cause.entry_id,
            }
        )


def fits(what: Occasion, one: Happening) -> bool:
    """Whether a sale is at the place of an occasion, and large enough for it."""
    return what.is_at(one.facility_id) and (one.paid_yen or 0) >= what.paid_yen_from
