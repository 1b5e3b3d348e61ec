"""送信: what was approved leaves, byte for byte, when the bank takes it; and what of it came to
nothing is sent again under a new reference, or carried on to the next cycle."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.sql import statement
from settlement.bank import entering, names
from settlement.bank.faults import names as fault_names
from settlement.bank.profile import Profile, debit_due, timely, transfer_due
from settlement.bank.release import release_debits, release_transfers
from settlement.calendar import pays_on
from settlement.life.confirm import Prepared, prepared
from settlement.life.papers import (
    File,
    Life,
    Payment,
    files,
    fingerprint,
    life,
    move,
    payments,
    step,
    turn,
)
from settlement.life.planning import debits_of, prepare, transfers_of
from settlement.life.refusals import ApprovalVoid, NoBankProfile, NothingCameBack, WrongState
from settlement.life.states import FAILED, after

RELEASE_FILE = statement(__file__, "release_file")
CARRY = statement(__file__, "carry")
OF_REFERENCE = statement(__file__, "of_reference")
CARRIED_TO = statement(__file__, "carried_to")
ROUTE_OF = {
    "offset-csv": "OFFSET_SALES_DEPOSIT",
    "zengin-21": "TRANSFER",
    "zengin-91": "DIRECT_DEBIT",
}
# What needs no file: asked of the party, kept by the operator, or not to be paid at all.
AT_ONCE = {"INVOICE": "sent", "KEPT": "settled", "HELD": "held"}


class FileSent(Struct, frozen=True):
    """A file of the plan, and since when it is with the bank; one of None waits for its day."""

    kind: str
    sha256: str
    lines: int
    yen: int
    released_at: datetime | None


class Sent(Struct, frozen=True):
    """What left of a plan."""

    cycle: date
    plan: int
    approved_by: str
    files: tuple[FileSent, ...]


class Carried(Struct, frozen=True):
    """A payment that came to nothing, and the cycle in which it is due again."""

    reference: str
    party: str
    yen: int
    cycle: date


async def send(conn: AsyncConnection, cycle_id: int, who: str, now: datetime) -> Sent:
    """Release the files of the approved plan that the bank takes now, each looked at over its very
    bytes; again, those that waited, and else the same answer. `WrongState`, `ApprovalVoid`,
    `BankFileNotReleasable`."""
    async with turn(conn):
        of = await life(conn, cycle_id)
        if of.plan is None or of.approved_by is None:
            raise WrongState(state=of.state)
        if await fingerprint(conn, cycle_id, of.plan) != of.sha256:
            raise ApprovalVoid
        own = await payments(conn, cycle_id, of.plan)
        made = await files(conn, cycle_id, of.plan)
        waiting = [one for one in made if one.released_at is None]
        released = [one for one in waiting if await takes(conn, of, own, one, now)]
        for file in released:
            asked = {"cycle_id": cycle_id, "plan": of.plan, "kind": file.kind, "now": now}
            await conn.execute(RELEASE_FILE, asked)
            route = ROUTE_OF[file.kind]
            state = "settled" if route == "OFFSET_SALES_DEPOSIT" else "sent"
            await moved(conn, own, route, state)
        for route, state in AT_ONCE.items():
            await moved(conn, own, route, state)
        if of.state == "approved" or (of.state == "returned" and released):
            await step(conn, cycle_id, of.state, "sent", who, now)
        await follow(conn, cycle_id, who, now)
        return sent_of(of, await files(conn, cycle_id, of.plan))


async def takes(
    conn: AsyncConnection, of: Life, own: Sequence[Payment], file: File, now: datetime
) -> bool:
    """Whether a file leaves now, or waits until the bank takes files for its day."""
    if file.kind == "offset-csv":
        return True
    profile = await profile_of(conn, of)
    if file.kind == "zengin-21":
        transfers = transfers_of(own, profile)
        assert transfers is not None
        day, due = transfers.pays_on, transfer_due(transfers.pays_on, profile)
        if "too-early" in fault_names(timely(day, due, profile, now)):
            return False
        release_transfers(file.body, [transfers], profile, now, names.known)
        return True
    debits = debits_of(own, profile)
    assert debits is not None
    day, due = debits.debits_on, debit_due(debits.debits_on, profile)
    if "too-early" in fault_names(timely(day, due, profile, now)):
        return False
    release_debits(file.body, [debits], profile, now, names.known)
    return True


async def profile_of(conn: AsyncConnection, of: Life) -> Profile:
    """The bank profile that a cycle's files were written under."""
    profile = await entering.profile(conn, pays_on(of.cycle), names.with_names)
    if profile is None:
        raise NoBankProfile
    return profile


async def moved(conn: AsyncConnection, own: Sequence[Payment], route: str, state: str) -> None:
    """The planned payments of a route are sent, or settled with that."""
    going = [one for one in own if one.route == route and one.state == "planned"]
    for one in going:
        settled = abs(one.yen) if state == "settled" else 0
        difference = one.why if state == "held" else ""
        await move(conn, [one.reference], state, difference, settled)


async def follow(conn: AsyncConnection, cycle_id: int, who: str, now: datetime) -> None:
    """Bring a cycle that was sent to the state that its payments are in."""
    of = await life(conn, cycle_id)
    if of.state not in ("sent", "returned", "settled"):
        return
    found = frozenset(one.state for one in await payments(conn, cycle_id))
    state = after(of.state, found)
    waits = of.again and of.approved_by is None  # what came back is about to be sent again
    if state != of.state and not (waits and of.state == "returned"):
        await step(conn, cycle_id, of.state, state, who, now)


def sent_of(of: Life, made: Sequence[File]) -> Sent:
    """What left of the plan that counts."""
    assert of.plan is not None
    assert of.approved_by is not None
    told = tuple(
        FileSent(one.kind, one.sha256, one.lines, one.yen, one.released_at) for one in made
    )
    return Sent(of.first_on, of.plan, of.approved_by, told)


async def send_again(
    conn: AsyncConnection, cycle_id: int, who: str, reason: str, now: datetime
) -> Prepared:
    """A plan of all that came back, by the accounts and routes of today and under new references,
    to be approved as any other; again, the same. `WrongState`, `NothingCameBack`."""
    async with turn(conn):
        of = await life(conn, cycle_id)
        if of.state != "returned" or (
            of.again and of.approved_by is not None and await left(conn, of)
        ):
            raise WrongState(state=of.state)
        await prepare(conn, of, who, reason, now, again=True)
        return await prepared(conn, cycle_id)


async def left(conn: AsyncConnection, of: Life) -> bool:
    """Whether something of the plan that counts was approved and has not left yet."""
    return any(one.state == "planned" for one in await payments(conn, of.cycle_id, of.plan))


async def carry(conn: AsyncConnection, reference: str, who: str, now: datetime) -> Carried:
    """What is left of a payment is due in the next cycle, and the operator, who bore it until then,
    is on the other side; again, the same answer. `NothingCameBack`."""
    async with turn(conn):
        found = await rows(conn, OF_REFERENCE, {"reference": reference})
        if not found or found[0]["state"] not in (*FAILED, "short", "carried"):
            raise NothingCameBack
        one = found[0]
        if one["state"] != "carried":
            asked = {**one, "open_yen": open_yen(one["yen"], one["settled_yen"])}
            if (await conn.execute(CARRY, asked)).rowcount == 0:
                raise WrongState(state="open")
            await move(conn, [reference], "carried", one["difference"], one["settled_yen"])
            await follow(conn, one["cycle_id"], who, now)
        return Carried(**(await rows(conn, CARRIED_TO, {"reference": reference}))[0])


def open_yen(yen: int, settled_yen: int) -> int:
    """What is left of a payment, with its sign."""
    left_yen = max(abs(yen) - settled_yen, 0)
    return left_yen if yen > 0 else -left_yen
