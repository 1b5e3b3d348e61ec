"""台帳を追う: sales and visits are followed by their numbers in the journal, in slices; each leaves
what is due, and how far it came, in one transaction. Killed anywhere, it goes on where it was."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec import structs
from psycopg import AsyncConnection

from federation.reading import rows
from federation.sql import statement
from tenants.occasion import Occasion
from tenants.stamping import Card, Mark
from tenants.unfolding import Brought, Happening, Unfolded

FOLLOW = statement(__file__, "follow")
FOLLOWED = statement(__file__, "followed")
HAPPENED = statement(__file__, "happened")
OCCASIONS = statement(__file__, "occasions")
CARDS = statement(__file__, "cards_of_members")
PUT_CARDS = statement(__file__, "put_cards")
WIPE_STAMPS = statement(__file__, "wipe_stamps")
PUT_STAMPS = statement(__file__, "put_stamps")
PUT_GIFTS = statement(__file__, "put_gifts")
WITHDRAW = statement(__file__, "withdraw_gifts")
BOUGHT_AT = statement(__file__, "first_sales_of")
PUT_FIRST = statement(__file__, "put_first_sales")
DROP_FIRST = statement(__file__, "drop_first_sales")
NEXT_FIRST = statement(__file__, "next_first_sales")
REFERRALS = statement(__file__, "open_referrals")
CLOSE_REFERRALS = statement(__file__, "close_referrals")
MOST = 500  # numbers of the journal in one slice

marks_of = msgspec.json.Decoder(list[Mark]).decode
encode = msgspec.json.Encoder().encode


async def follow(conn: AsyncConnection, today: date, most: int = MOST) -> int:
    """Follow the journal one slice further; how many numbers it came."""
    async with conn.transaction():
        [place] = await rows(conn, FOLLOW, {})
        after = place["number"]
        number = min(place["head"], after + most)
        if number > after:
            found = await rows(conn, HAPPENED, {"after": after, "most": number - after})
            happened = [Happening(**row) for row in found]
            if happened:
                await unfold(conn, happened, today)
            await conn.execute(FOLLOWED, {"number": number})
        return int(number - after)


async def unfold(conn: AsyncConnection, happened: Sequence[Happening], today: date) -> None:
    """Work out what a slice comes to, and write it."""
    members = sorted({who for one in happened for who in (one.member_id, one.booked_for)})
    found = await known(conn, members, today)
    for one in happened:
        found.take(one)
    await put(conn, PUT_FIRST, sales=found.first_sales)
    if found.undone_sales:
        await first_anew(conn, found, happened)
    await put(conn, CLOSE_REFERRALS, referrals=referrals_of(found))
    cards = [card_row(card) for card in found.cards]
    await put(conn, PUT_CARDS, cards=cards)
    await put(conn, WIPE_STAMPS, cards=cards)
    await put(conn, PUT_STAMPS, stamps=[row for card in found.cards for row in stamp_rows(card)])
    await put(conn, PUT_GIFTS, gifts=found.gifts)
    await put(conn, WITHDRAW, causes=found.causes_gone)


async def known(conn: AsyncConnection, members: list[int], today: date) -> Unfolded:
    """What was known of these members before."""
    asked = {"members": members}
    bought_at: dict[int, set[int]] = {}
    for row in await rows(conn, BOUGHT_AT, asked):
        bought_at.setdefault(row["member_id"], set()).add(row["facility_id"])
    return Unfolded(
        [Occasion(**row) for row in await rows(conn, OCCASIONS, {})],
        today,
        [card_of(row) for row in await rows(conn, CARDS, asked)],
        bought_at,
        {
            row["friend_id"]: Brought(row["referrer_id"], row["given_entry_id"])
            for row in await rows(conn, REFERRALS, asked)
        },
    )


async def first_anew(conn: AsyncConnection, found: Unfolded, happened: Sequence[Happening]) -> None:
    """Whose first sale was undone begins with the next that stands."""
    asked = {"sales": encode(found.undone_sales).decode()}
    gone = await rows(conn, DROP_FIRST, asked)
    if not gone:
        return
    behind = {"gone": encode(gone).decode(), "number": happened[-1].number}
    members = sorted({row["member_id"] for row in gone})
    elsewhere = {row["member_id"] for row in await rows(conn, BOUGHT_AT, {"members": members})}
    firsts = await rows(conn, NEXT_FIRST, behind)
    await put(conn, PUT_FIRST, sales=firsts)
    for row in firsts:
        one = Happening(
            number=row["number"],
            kind="accrual",
            entry_id=row["entry_id"],
            points=row["points"],
            paid_yen=row["paid_yen"],
            business_date=row["first_on"],
            shop_id=row["shop_id"],
            facility_id=row["facility_id"] or None,
            member_id=row["member_id"],
            booked_for=row["member_id"],
        )
        found.welcome(one, anywhere=row["member_id"] not in elsewhere)


async def put(conn: AsyncConnection, query: str, **tables: Sequence[Any]) -> None:
    """Write rows, if there are any."""
    if any(tables.values()):
        await conn.execute(query, {name: encode(some).decode() for name, some in tables.items()})


def referrals_of(found: Unfolded) -> list[dict[str, object]]:
    """The friends who have bought, or have not after all."""
    return [
        {"friend_id": friend_id, "given_entry_id": entry_id}
        for friend_id, entry_id in sorted(found.referrals.items())
    ]


def card_of(row: dict[str, Any]) -> Card:
    """A card from its row."""
    return Card(
        row["member_id"],
        row["code"],
        row["card_no"],
        row["opened_on"],
        row["state"],
        {mark.mark: mark for mark in marks_of(row["marks"])},
    )


def card_row(card: Card) -> dict[str, object]:
    """A card as it is written."""
    return {
        "member_id": card.member_id,
        "code": card.code,
        "card_no": card.card_no,
        "opened_on": card.opened_on,
        "state": card.state,
    }


def stamp_rows(card: Card) -> list[dict[str, object]]:
    """The stamps of a card as they are written."""
    return [
        {
            "member_id": card.member_id,
            "code": card.code,
            "card_no": card.card_no,
            **structs.asdict(mark),
        }
        for mark in card.marks.values()
    ]
