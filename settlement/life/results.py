"""消込: what the bank says is taken once, and every payment is what all files so far make of it."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec
from msgspec import Struct
from psycopg import AsyncConnection

from federation.days import day_of
from federation.reading import rows
from federation.sql import statement
from settlement.bank import entering, names
from settlement.bank.ageing import Open, Reminder, overdue, reminders
from settlement.bank.debit_results import results
from settlement.bank.differences import (
    Difference,
    NotCollected,
    NotPaid,
    PartPaid,
    Returned,
)
from settlement.bank.incoming import Line, incoming
from settlement.bank.matching import Expected, Outcome, match
from settlement.bank.orders import DebitBatch
from settlement.bank.refusals import BankResultRefused
from settlement.life.papers import Payment, life, move, payments, turn
from settlement.life.planning import debits_of
from settlement.life.refusals import WrongState
from settlement.life.send import follow, profile_of

UPLOAD = statement(__file__, "upload")
UPLOADS = statement(__file__, "uploads")
ADD_UPLOAD = statement(__file__, "add_upload")
BY_BANK = frozenset({"TRANSFER", "DIRECT_DEBIT", "INVOICE"})
LEFT = frozenset({"sent", "settled", "short", "returned", "failed", "again", "carried"})
CLOSED = frozenset({"again", "carried"})
COLLECTED = "口座振替で収納済み / collected by direct debit"
LATE = "繰越・再送の後で支払われました / paid after it was carried on or asked for again"


class Change(Struct, frozen=True):
    """What a file made of one payment, in words."""

    reference: str
    party: str
    state: str
    difference: str


class Taken(Struct, frozen=True):
    """What a file of the bank changed, and the lines in all files that belong to nothing."""

    sha256: str
    kind: str
    changes: tuple[Change, ...]
    strays: tuple[str, ...]


class Reckoned(Struct, frozen=True):
    """All that was to move, and what all files of the bank say of it."""

    payments: tuple[Payment, ...]
    expected: tuple[Expected, ...]
    outcome: Outcome
    collected: frozenset[str]  # references of the debits that a result says were collected


async def take_results(
    conn: AsyncConnection, cycle_id: int, content: bytes, who: str, now: datetime
) -> bytes:
    """口座振替の結果 of a cycle's debits; the same file again, the same answer. `BankResultRefused`
    and `BankFileNotReadable` take nothing of it; `WrongState` where no debits were sent."""
    async with turn(conn):
        sha256 = hashlib.sha256(content).digest()
        if (known := await answered(conn, sha256)) is not None:
            return known
        plan = await answering(conn, cycle_id, content, day_of(now))
        kept = {"sha256": sha256, "kind": "debit-results", "cycle_id": cycle_id, "plan": plan}
        return await taken(conn, kept, content, who, now)


async def take_statement(conn: AsyncConnection, content: bytes, who: str, now: datetime) -> bytes:
    """入金通知・入出金明細 of the operator's account; the same file again, the same answer.
    `BankResultRefused` and `BankFileNotReadable` take nothing of it."""
    async with turn(conn):
        sha256 = hashlib.sha256(content).digest()
        if (known := await answered(conn, sha256)) is not None:
            return known
        profile = await entering.profile(conn, day_of(now), names.with_names)
        for one in incoming(content, day_of(now)):
            place = (one.bank, one.branch, one.deposit, one.account)
            if profile is None or place != profile.originator.account.place:
                raise BankResultRefused(
                    faults=["account-differs"], told=[f"{one.bank}-{one.branch}"]
                )
        kept = {"sha256": sha256, "kind": "statement", "cycle_id": None, "plan": None}
        return await taken(conn, kept, content, who, now)


async def answered(conn: AsyncConnection, sha256: bytes) -> bytes | None:
    """What was answered when this file came first."""
    found = await rows(conn, UPLOAD, {"sha256": sha256})
    return found[0]["answer"].encode() if found else None


async def answering(conn: AsyncConnection, cycle_id: int, content: bytes, today: date) -> int:
    """The plan whose debits a file of results answers, the newest that fits."""
    batches = await debit_batches(conn, cycle_id)
    if not batches:
        raise WrongState(state=(await life(conn, cycle_id)).state)
    refused: BankResultRefused | None = None
    for plan, batch in sorted(batches.items(), reverse=True):
        try:
            results(content, [batch], today)
        except BankResultRefused as why:
            refused = refused or why
        else:
            return plan
    assert refused is not None
    raise refused


async def debit_batches(conn: AsyncConnection, cycle_id: int) -> dict[int, DebitBatch]:
    """The debits that a cycle sent, by plan."""
    profile = await profile_of(conn, await life(conn, cycle_id))
    sent = [one for one in await payments(conn, cycle_id) if one.state in LEFT]
    made = {
        plan: debits_of([one for one in sent if one.plan == plan], profile)
        for plan in {one.plan for one in sent}
    }
    return {plan: batch for plan, batch in made.items() if batch is not None}


async def taken(
    conn: AsyncConnection, kept: Mapping[str, object], content: bytes, who: str, now: datetime
) -> bytes:
    """Keep a file with its answer, and bring every payment to where all files put it."""
    row = {**kept, "body": content, "who": who, "now": now}
    reckoned = await reckon(conn, day_of(now), row)
    changes = []
    late = []
    for one in reckoned.payments:
        state, difference, settled = became(one, reckoned)
        if state == "settled" and one.state in CLOSED:
            late.append(f"{one.reference}: {LATE} ({difference})")
        if (state, difference) != (one.state, one.difference) and one.state not in CLOSED:
            await move(conn, [one.reference], state, difference, settled)
            changes.append(Change(one.reference, one.party, state, difference))
    strays = tuple(
        f"{one.line.booked_on} {one.line.direction} {one.line.yen:,}: {one.difference.told}"
        for one in reckoned.outcome.strays
    )
    sha256 = hashlib.sha256(content).hexdigest()
    answer = msgspec.json.encode(Taken(sha256, str(kept["kind"]), tuple(changes), (*strays, *late)))
    await conn.execute(ADD_UPLOAD, {**row, "answer": answer.decode()})
    for cycle_id in sorted({cycle_of(one) for one in reckoned.payments}):
        await follow(conn, cycle_id, who, now)
    return answer


def cycle_of(one: Payment) -> int:
    """The cycle that a payment is of, as its reference says."""
    return int(one.reference.partition("-")[0])


async def reckon(
    conn: AsyncConnection, today: date, besides: dict[str, object] | None = None
) -> Reckoned:
    """What all files of the bank say, and one more, of all that was sent."""
    files = await rows(conn, UPLOADS, {})
    if besides is not None:
        files.append(besides)
    moved = [
        one for one in await payments(conn, None) if one.route in BY_BANK and one.state in LEFT
    ]
    expected = await awaited(conn, moved, today)
    done: set[str] = set()
    failed: dict[str, str] = {}
    for one in files:
        if one["kind"] != "debit-results":
            continue
        batch = (await debit_batches(conn, one["cycle_id"]))[one["plan"]]
        found = results(bytes(one["body"]), [batch], one["now"].date())
        own = debited(moved, one["cycle_id"], one["plan"])
        for each in found:
            reference = own[each.debit.customer, each.debit.yen].pop(0)
            if each.done:
                done.add(reference)
            else:
                failed[reference] = each.code
    profile = await entering.profile(conn, today, names.with_names)
    fees = frozenset(profile.payer_fees_yen) if profile is not None else frozenset()
    outcome = match(expected, lines_of(files), fees, failed)
    return Reckoned(tuple(moved), tuple(expected), outcome, frozenset(done))


def debited(moved: Sequence[Payment], cycle_id: int, plan: int) -> dict[tuple[str, int], list[str]]:
    """The debits of one file, by what the bank knows them by; the same sum may be asked of the same
    customer again, in another file."""
    own: dict[tuple[str, int], list[str]] = {}
    for one in moved:
        if (one.route, cycle_of(one), one.plan) == ("DIRECT_DEBIT", cycle_id, plan):
            own.setdefault((one.customer, abs(one.yen)), []).append(one.reference)
    return own


async def awaited(conn: AsyncConnection, moved: Sequence[Payment], today: date) -> list[Expected]:
    """What is to come in or to go out, with every name it may bear."""
    known: dict[str, set[str]] = {}
    for held in await entering.accounts(conn, today):
        known.setdefault(held.party, set()).add(held.holder)
    return [
        Expected(
            id=one.reference,
            party=one.party,
            direction="out" if one.yen > 0 else "in",
            yen=abs(one.yen) - one.fee_yen,
            due_on=one.pays_on,
            names=tuple(sorted(known.get(one.party, ()))),
            edi=one.reference,
            customer=one.customer,
            batch="" if one.route == "INVOICE" else f"{cycle_of(one)}-{one.plan}-{one.route}",
        )
        for one in moved
    ]


def lines_of(files: Sequence[dict[str, object]]) -> list[Line]:
    """The lines of all statement files; one that several of them tell of counts once, and two
    that are alike in one file count twice."""
    found: Counter[Line] = Counter()
    for one in files:
        if one["kind"] == "statement":
            body, now = one["body"], one["now"]
            assert isinstance(body, bytes)
            assert isinstance(now, datetime)
            told = incoming(body, day_of(now))
            found |= Counter(line for each in told for line in each.lines)
    return sorted(found.elements(), key=lambda line: (line.booked_on, line.reference, line.yen))


def became(one: Payment, reckoned: Reckoned) -> tuple[str, str, int]:
    """Where a payment stands by all that was said of it: its state, the difference by name, and the
    yen that moved."""
    difference = reckoned.outcome.of(one.reference)
    if isinstance(difference, NotPaid):
        if one.reference in reckoned.collected:
            return "settled", COLLECTED, abs(one.yen)
        return "sent", "", 0
    return state_of(difference), called(difference), settled_yen(one, difference)


def state_of(difference: Difference) -> str:
    """The state that a difference puts a payment in."""
    if isinstance(difference, PartPaid):
        return "short"
    if isinstance(difference, Returned):
        return "returned"
    return "failed" if isinstance(difference, NotCollected) else "settled"


def settled_yen(one: Payment, difference: Difference) -> int:
    """What moved, and stayed; a fee that its payee bears is settled with the rest."""
    if isinstance(difference, PartPaid):
        return difference.paid_yen
    return abs(one.yen) if state_of(difference) == "settled" else 0


def called(difference: Difference) -> str:
    """A difference in both languages, with its yen."""
    return difference.told


async def open_amounts(conn: AsyncConnection, today: date) -> list[Open]:
    """滞留: what was to come in, is past its day and was not carried on or asked for again."""
    reckoned = await reckon(conn, today)
    closed = {one.reference for one in reckoned.payments if one.state in CLOSED}
    done = closed | reckoned.collected
    return [
        one
        for one in overdue(reckoned.expected, reckoned.outcome, today)
        if one.expected not in done
    ]


async def to_remind(conn: AsyncConnection, today: date) -> list[Reminder]:
    """督促: whom to remind of what, the oldest debt first."""
    return reminders(await open_amounts(conn, today))
