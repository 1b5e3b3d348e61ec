"""会員登録: cards go out before anybody is known, and become somebody's later; who comes with no
card gets one that only a screen shows."""

import secrets
from collections.abc import Sequence
from datetime import date

from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation

from federation import carriers
from federation.carriers import UNREGISTERED
from federation.codes import PREFIX
from federation.join import join
from federation.profiles import Profile
from federation.refusals import CardKnown, NotFound
from federation.sql import statement

BLANK = statement(__file__, "blank")
REGISTER = statement(__file__, "register_wallet")
DRAWN_DIGITS = 11
TRIES = 5


async def blank(conn: AsyncConnection, cards: Sequence[str], today: date) -> None:
    """Let cards earn of which nobody knows whose they are; all or none. `CardKnown` where one leads
    to somebody already."""
    try:
        async with conn.transaction():
            await conn.execute(BLANK, {"cards": list(cards), "issued_on": today})
    except UniqueViolation:
        raise CardKnown from None


async def register(conn: AsyncConnection, card: str) -> int:
    """Make an unregistered card's member somebody, under the member's lock; whoever it is now.
    `NotFound` where no such card went out, `CardKnown` where it is somebody's already."""
    led = await carriers.led(conn, card)
    if led is None or led.kind != "card" or led.state != "active":
        raise NotFound(pointer="/card")
    if await carriers.lock(conn, led.member_id) != UNREGISTERED:
        raise CardKnown
    await conn.execute(REGISTER, {"member_id": led.member_id})
    return led.member_id


async def named(conn: AsyncConnection, member_id: int, profile: Profile) -> bool:
    """Make an unregistered card's member somebody of whom the office has just written who it is,
    under the member's lock; whether it was unregistered until now."""
    if not (profile.personal or profile.external_id):
        return False
    return (await conn.execute(REGISTER, {"member_id": member_id})).rowcount == 1


async def welcome(conn: AsyncConnection, today: date) -> int:
    """A new member with a card that only a screen shows."""
    for _ in range(TRIES):
        try:
            async with conn.transaction():
                [member_id] = await join(conn, [(card_number(), "general")], today)
                return member_id
        except UniqueViolation:  # somebody drew this number before
            continue
    raise CardKnown


def card_number() -> str:
    """A card number of sixteen digits: the programme's four, eleven drawn ones, a check digit
    (ISO/IEC 7812: Luhn)."""
    drawn = f"{PREFIX}{secrets.randbelow(10**DRAWN_DIGITS):0{DRAWN_DIGITS}}"
    return drawn + str(check_digit(drawn))


def check_digit(digits: str) -> int:
    """The digit behind these that makes their Luhn sum a multiple of ten."""
    total = 0
    for place, sign in enumerate(reversed(digits)):
        doubled = int(sign) * (2 - place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return -total % 10
