"""スタンプの進み具合: a member's open cards and rallies, for the member and for the operator."""

from datetime import date, timedelta

import msgspec
from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.sql import statement
from tenants.following import card_of
from tenants.occasion import Occasion, running

CARDS = statement(__file__, "cards_of_members")
OCCASIONS = statement(__file__, "occasions")
FACILITIES = statement(__file__, "facility_codes")


class StampCard(Struct, frozen=True, omit_defaults=True):
    """How far a card, or a rally, has come: `stamps` of `needed`; what the last one issues. A full
    card stays until the next one is begun; of a rally, which facilities still count."""

    code: str
    kind: str
    name: str
    name_en: str
    card_no: int
    state: str
    stamps: int
    needed: int
    points: int
    prize: str | None = None
    closes_on: date | None = None
    facilities: tuple[str, ...] = msgspec.UNSET  # type: ignore[assignment]  # of a rally alone


class StampCards(Struct, frozen=True):
    """Every card that can be stamped now."""

    cards: tuple[StampCard, ...]


async def stamp_cards(conn: AsyncConnection, member_id: int, today: date) -> StampCards:
    """The cards of a member as they stand; one that was never stamped is empty."""
    known = [Occasion(**row) for row in await rows(conn, OCCASIONS, {})]
    codes = {row["party_id"]: row["code"] for row in await rows(conn, FACILITIES, {})}
    found = await rows(conn, CARDS, {"members": [member_id]})
    cards = {card.code: card for card in map(card_of, found)}
    told = []
    for one in running(known, today, "stamp", "rally"):
        card = cards.get(one.code)
        marks = list(card.marks.values()) if card is not None else []
        number, state = (card.card_no, card.state) if card is not None else (1, "open")
        closes_on = None
        if one.open_days is not None and state == "open" and marks:
            lasts = timedelta(days=one.open_days)
            if one.kind == "rally":
                marks = [mark for mark in marks if mark.stamped_on + lasts > today]
                closes_on = min((mark.stamped_on + lasts for mark in marks), default=None)
            elif card is not None:
                closes_on = card.opened_on + lasts
                if closes_on < today:
                    marks, number, closes_on = [], number + 1, None
        rally = tuple(sorted(codes[mark.facility_id] for mark in marks))
        more = {"facilities": rally} if one.kind == "rally" else {}
        told.append(
            StampCard(
                one.code, one.kind, one.name, one.name_en, number, state, len(marks),
                one.stamps or 0, one.points, one.prize, closes_on, **more,
            )
        )  # fmt: skip
    return StampCards(tuple(told))
