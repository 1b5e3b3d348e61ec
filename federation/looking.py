"""What a batch sees: every lock in a statement of its own, then all that may have changed."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import Struct
from psycopg import AsyncConnection

from federation import earlier, limiting
from federation.close import CLOSE_LOCK
from federation.exchange import Question, exchange
from federation.known import Known, known
from federation.limiting import NO_LIMITS, NONE, Limits, limits_of
from federation.past import Past, PastDraw, PastEntry, PastShortage
from federation.purse import Hold, Lot, Owed, Purse
from federation.slips import Earlier, ReceiptKey
from federation.sql import array, statement
from federation.traits import Borne, on
from federation.turns import SlipKey, Turn

LINE_UP = statement(__file__, "line_up")
STANDS = statement(__file__, "stands")
BEGIN: Question = ("BEGIN", {})
CODES = statement(__file__, "codes")
PINS = statement(__file__, "pins")
SALES = statement(__file__, "sales")
ENTRY_IDS = statement(__file__, "entry_ids")
PURSES = statement(__file__, "purses")
HOLDS = statement(__file__, "holds")
DEBTS = statement(__file__, "debts")
USED = statement(__file__, "used")
IDS_PER_SLIP = 2
THOSE_IN_LINE = {"members": None}

entries_of = msgspec.json.Decoder(list[PastEntry]).decode
draws_of = msgspec.json.Decoder(list[PastDraw]).decode
lots_of = msgspec.json.Decoder(list[Lot]).decode
shortages_of = msgspec.json.Decoder(list[PastShortage]).decode
led_to = msgspec.json.Decoder(dict[str, int]).decode
days_of = msgspec.json.Decoder(dict[int, date], strict=False).decode


class Earned(Struct, frozen=True):
    """The slip that a receipt earned by."""

    slip: str
    at: datetime
    shop_id: int


class Card(Struct, frozen=True, array_like=True):
    """Where a carrier leads; a one-time code has an end, and may have paid."""

    member_id: int
    kind: str
    state: str
    expires_at: datetime | None = None


Wallet = tuple[
    int, str, int, int, int, str, date | None, int, datetime | None, date | None, date | None,
    str | None,
]  # fmt: skip


class Stands(Struct, frozen=True):
    """The answer of `stands.sql`."""

    moved: int
    last_closed_at: datetime | None
    cycles: list[tuple[int, date, date]]
    entry_ids: list[int]
    wallets: list[Wallet]
    cards: dict[str, Card]
    known: list[tuple[int, str, bytes, int | None, int | None, str | None, bytes | None]]
    receipts: list[tuple[int, date, str, str, str, datetime, int]]


stands_of = msgspec.json.Decoder(Stands).decode


class Seen(Struct):
    """What stood in the books once every lock was held."""

    purses: dict[int, Purse]
    cards: dict[str, Card]
    pins: dict[str, tuple[bytes, int]]
    moved: int
    last_closed_at: datetime | None
    cycles: list[tuple[int, date, date]]
    known: dict[SlipKey, Known]
    receipts: dict[tuple[int, ReceiptKey], Earned]
    entry_ids: list[int]
    pasts: dict[Turn, Past] = {}
    limits: Limits = NO_LIMITS
    stocks: dict[str, int] = {}
    traits: dict[int, list[Borne]] = {}
    earlier: dict[Turn, Earlier] = {}

    def traits_of(self, turn: Turn) -> frozenset[str]:
        """What a slip's member bears on its business date."""
        borne = self.traits.get(turn.member_id)
        return on(borne, turn.ask.business_date) if borne else NONE

    def cycle_of(self, business_date: date) -> int:
        """The cycle of the business date if it is still open, else the earliest open one."""
        for cycle_id, first_on, last_on in self.cycles:
            if first_on <= business_date <= last_on:
                return cycle_id
        return self.cycles[0][0]

    def is_closed(self, cycle_id: int) -> bool:
        """Whether nothing more goes to a cycle."""
        return all(cycle_id != open_id for open_id, _, _ in self.cycles)


async def look(
    conn: AsyncConnection,
    batch: Sequence[Turn],
    now: datetime,
    today: date,
    whole: Sequence[int] = (),
) -> Seen:
    """Lock, then look: the close shared, members in line; of some the whole."""
    limits = limits_of(batch)
    asked = questions(batch, today, whole)
    if limits is not NO_LIMITS:
        asked |= limiting.questions(limits)
    found = await exchange(conn, asked)
    led = led_to(found["lined"][0][4])
    for turn in batch:
        if turn.by_carrier:
            turn.concern((led[turn.carrier],) if turn.carrier in led else ())
    stands = stands_of(found["stands"][0][0])
    seen = Seen(
        purses={row[0]: Purse(*row) for row in stands.wallets},
        cards=stands.cards,
        pins={row[0]: (row[1], row[2]) for row in found.get("pins", ())},
        moved=stands.moved,
        last_closed_at=stands.last_closed_at,
        cycles=stands.cycles,
        known={row[:2]: known(*row[2:]) for row in stands.known},
        receipts={(row[0], ReceiptKey(*row[1:4])): Earned(*row[4:]) for row in stands.receipts},
        entry_ids=stands.entry_ids,
        limits=limits,
        stocks=dict(found.get("stocks", ())),
    )
    for member_id, *borne in found.get("traits", ()):
        seen.traits.setdefault(member_id, []).append(Borne(*borne))
    for code, member_id, expires_at, used_at in found.get("codes", ()):
        state = "active" if used_at is None else "used"
        seen.cards[code] = Card(member_id, "code", state, expires_at)
    if "lots" in found:
        spenders = [m for turn in batch if wants_lots(turn, today) for m in turn.members]
        fill(seen, [*spenders, *whole], found["lots"])
    look_back(seen, [turn for turn in batch if turn.original is not None], found.get("sales", ()))
    await look_closer(conn, seen, batch, now)
    return seen


def questions(batch: Sequence[Turn], today: date, whole: Sequence[int]) -> dict[str, Question]:
    """What a batch asks in its first round trip: its locks, what it stands on, and what only some
    need."""
    carriers = [turn.carrier for turn in batch if turn.carrier]
    codes = [carrier for carrier in carriers if is_code(carrier)]
    guarded = [turn.carrier for turn in batch if turn.ask.secret is not None]
    about = [turn for turn in batch if turn.original is not None]
    spending = [turn for turn in batch if wants_lots(turn, today)]
    asked: dict[str, Question] = {
        "begin": BEGIN,
        "lined": (LINE_UP, in_line(batch, spending, carriers, codes, whole)),
        "stands": (STANDS, stood_on(batch, carriers, today)),
    }
    if codes:
        asked["codes"] = CODES, {"codes": codes}
    if guarded:
        asked["pins"] = PINS, {"carriers": guarded}
    if about:
        asked["sales"] = SALES, sales_of(about)
    if spending or whole:
        asked["lots"] = PURSES, THOSE_IN_LINE
    return asked


def look_back(seen: Seen, about: Sequence[Turn], sales: Iterable[tuple[Any, ...]]) -> None:
    """What stands behind the slips that are asked about."""
    found = {row[0]: row[1:] for row in sales}
    for n, turn in enumerate(about):
        assert turn.original is not None
        known = seen.known.get(turn.original)
        entries, draws, lots, shortages, slides_to = found.get(n, (None,) * 5)
        booked = entries_of(entries or "[]")
        past = Past(
            *turn.original,
            arrived=known is not None,
            cancelled=known is not None and known.cancelled,
            refused=known is not None and known.status >= 400,
            entries=tuple(entry for entry in booked if not entry.earlier),
            draws=tuple(draws_of(draws or "[]")),
            lots=tuple(lots_of(lots or "[]")),
            shortages=tuple(shortages_of(shortages or "[]")),
            slides_to=days_of(slides_to or "{}"),
            earlier=tuple(entry for entry in booked if entry.earlier),
        )
        seen.pasts[turn] = past
        for lot in past.lots:
            if (purse := seen.purses.get(lot.member_id)) is not None:
                purse.lots.setdefault(lot.key, lot)


class Closer(Struct):
    """Of whom a batch must know more than the wallet, and what: by member, by hold, by rule."""

    lots: set[int] = set()
    holds: set[int] = set()
    debts: set[int] = set()
    used: set[int] = set()
    hold_ids: set[int] = set()
    rules: set[str] = set()
    every_rule: bool = False  # two become one: whatever either has used
    earlier: list[Turn] = []


def closer(seen: Seen, batch: Sequence[Turn], now: datetime) -> Closer:
    """Lots where the clock decides, points are owed or slide; holds and debts where there are any;
    limits where a rule is limited."""
    wanted = Closer()
    for purse in seen.purses.values():
        due = purse.next_change_at is not None and purse.next_change_at <= now
        if not purse.read and (due or purse.owed or purse.slides_on is not None):
            wanted.lots.add(purse.member_id)
        if purse.held:
            wanted.holds.add(purse.member_id)
        if purse.owed:
            wanted.debts.add(purse.member_id)
    for turn in batch:
        past = seen.pasts.get(turn)
        holds = {e.entry_id for e in past.entries if e.kind == "hold"} if past else set()
        if turn.about is not None and turn.about.hold_id is not None:
            holds.add(turn.about.hold_id)
        if holds:
            wanted.holds.update(turn.members)
            wanted.hold_ids |= holds
        counted = turn.ask.counted(turn.till)
        if counted or len(turn.members) > 1:
            wanted.used.update(turn.members)
            wanted.rules |= counted
            wanted.every_rule |= len(turn.members) > 1
        if turn.ask.beside() is not None and turn.members:
            wanted.earlier.append(turn)
    return wanted


async def look_closer(
    conn: AsyncConnection, seen: Seen, batch: Sequence[Turn], now: datetime
) -> None:
    """Lots, holds, debts and limits of those members of whom a batch must know them."""
    wanted = closer(seen, batch, now)
    if not (wanted.lots or wanted.holds or wanted.debts or wanted.used or wanted.earlier):
        return
    asked: dict[str, Question] = {
        "lots": (PURSES, {"members": sorted(wanted.lots)}),
        "holds": (
            HOLDS,
            {"members": sorted(wanted.holds), "entries": sorted(wanted.hold_ids)},
        ),
        "debts": (DEBTS, {"members": sorted(wanted.debts)}),
        "used": (
            USED,
            {
                "members": sorted(wanted.used),
                "rules": None if wanted.every_rule else sorted(wanted.rules),
            },
        ),
        "earlier": earlier.question(wanted.earlier),
    }
    found = await exchange(conn, {name: one for name, one in asked.items() if one[1]["members"]})
    fill(seen, wanted.lots, found.get("lots", ()))
    for row in found.get("holds", ()):
        kept = list(zip(*row[8:], strict=True))
        seen.purses[row[0]].holds[row[1]] = Hold(*row[:8], kept)  # type: ignore[call-arg]  # eight columns and its parts
    for member_id, *debt in found.get("debts", ()):
        seen.purses[member_id].debts.append(Owed(*debt))
    for n, first_sale_on, coupons in found.get("earlier", ()):
        seen.earlier[wanted.earlier[n]] = Earlier(first_sale_on, frozenset(coupons))
    for member_id, rule, used_on, points in found.get("used", ()):
        seen.purses[member_id].used[rule, used_on] = points


def fill(seen: Seen, members: Iterable[int], lots: Iterable[tuple[Any, ...]]) -> None:
    """The open lots of members, into their purses."""
    for member_id in members:
        if member_id in seen.purses:
            seen.purses[member_id].read = True
    for row in lots:
        lot = Lot(*row)
        seen.purses[lot.member_id].lots[lot.key] = lot


def wants_lots(turn: Turn, today: date) -> bool:
    """Whether a booking must know a member's lots: whoever spends, and a late sale, whose points
    may be over already."""
    return turn.ask.spends or turn.ask.business_date < today


def is_code(carrier: str) -> bool:
    """Whether a carrier is a one-time code: twenty digits (domain 7)."""
    return len(carrier) == 20 and carrier.isdigit()


def in_line(
    batch: Sequence[Turn],
    spending: Sequence[Turn],
    carriers: Sequence[str],
    codes: Sequence[str],
    whole: Sequence[int],
) -> dict[str, object]:
    """Who lines up, for `line_up.sql`: by name where that is known, else by what they carry."""
    return {
        "close": CLOSE_LOCK,
        "members": array([m for t in batch if not t.by_carrier for m in t.members] + [*whole]),
        "carriers": array(carriers),
        "codes": array(codes),
        "spending_members": array(
            [m for t in spending if not t.by_carrier for m in t.members] + [*whole]
        ),
        "spending_carriers": array([t.carrier for t in spending if t.by_carrier]),
    }


def stood_on(batch: Sequence[Turn], carriers: Sequence[str], today: date) -> dict[str, object]:
    """What a batch asks of `stands.sql`: its slips and those they are about, its receipts."""
    keys = [turn.slip_key for turn in batch]
    keys += [turn.original for turn in batch if turn.original is not None]
    receipts = receipts_of(batch)
    return {
        "today": today,
        "count": IDS_PER_SLIP * len(batch),
        "carriers": array(carriers),
        "shops": array([shop for shop, _ in keys]),
        "slips": array([slip for _, slip in keys]),
        "receipt_shops": receipts.pop("shops"),
        **receipts,
    }


def sales_of(about: Sequence[Turn]) -> dict[str, object]:
    """The slips that are asked about, with those in whose books they may stand."""
    rows = [
        (n, member, *turn.original)
        for n, turn in enumerate(about)
        if turn.original is not None
        for member in turn.members
    ]
    names = ("turns", "members", "shops", "slips")
    return (
        dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
        if rows
        else {name: [] for name in names}
    )


def receipts_of(batch: Sequence[Turn]) -> dict[str, object]:
    """The receipts that want to earn, or are asked about, for `receipts.sql`."""
    wanting = [turn.receipt_key for turn in batch if turn.receipt_key is not None]
    wanting += [turn.original_receipt for turn in batch if turn.original_receipt is not None]
    return {
        "shops": array([shop for shop, _ in wanting]),
        "days": array([receipt.business_date for _, receipt in wanting]),
        "tills": array([receipt.till for _, receipt in wanting]),
        "nos": array([receipt.no for _, receipt in wanting]),
    }
