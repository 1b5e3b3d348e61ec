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
APPROVED = statement(__file__, "approved")
CARRY = statement(__file__, "carry")
OF_REFERENCE = statement(__file__, "of_reference")
CARRIED_TO = statement(__file__, "carried_to")
ROUTE_OF = {
    "offset-csv": "OFFSET_SALES_DEPOSIT",
    "zengin-21": "TRANSFER",
    "zengin-91": "DIRECT_DEBIT",
}
SENDING = frozenset({"approved", "sent", "returned", "settled"})
# What needs no file: asked of the party, kept by the operator, or not to be paid at all.
AT_ONCE = {"INVOICE": "sent", "KEPT": "settled", "HELD": "held"}


class Plan(Struct, frozen=True):
    """An approved plan that nothing took the place of; whether something of it waits to leave."""

    plan: int
    approved_by: str
    sha256: bytes
    waits: bool


class FileSent(Struct, frozen=True):
    """A file of a plan, who approved it, and since when it is with the bank; one of None waits for
    its day."""

    plan: int
    approved_by: str
    kind: str
    sha256: str
    lines: int
    yen: int
    released_at: datetime | None


class Sent(Struct, frozen=True):
    """What left of a cycle's approved plans."""

    cycle: date
    files: tuple[FileSent, ...]


class Carried(Struct, frozen=True):
    """A payment that came to nothing, and the cycle in which it is due again."""

    reference: str
    party: str
    yen: int
    cycle: date


async def send(conn: AsyncConnection, cycle_id: int, who: str, now: datetime) -> Sent:
    """Release the approved files that the bank takes now, each looked at over its very bytes;
    again, those that waited, and else the same answer. `WrongState`, `ApprovalVoid`,
    `BankFileNotReleasable`."""
    async with turn(conn):
        of = await life(conn, cycle_id)
        approved = [Plan(**row) for row in await rows(conn, APPROVED, {"cycle_id": cycle_id})]
        waits = any(one.waits for one in approved)
        if of.state not in SENDING or not approved or not (of.approved_by or waits):
            raise WrongState(state=of.state)
        released = [await release(conn, of, one, now) for one in approved]
        pending = (await life(conn, cycle_id)).pending
        if of.state == "approved" or (of.state == "returned" and any(released) and not pending):
            await step(conn, cycle_id, of.state, "sent", who, now)
        await follow(conn, cycle_id, who, now)
        return await sent_of(conn, of, approved)


async def release(conn: AsyncConnection, of: Life, plan: Plan, now: datetime) -> bool:
    """What of an approved plan can leave now; whether a file did."""
    if await fingerprint(conn, of.cycle_id, plan.plan) != plan.sha256:
        raise ApprovalVoid
    own = await payments(conn, of.cycle_id, plan.plan)
    made = await files(conn, of.cycle_id, plan.plan)
    waiting = [one for one in made if one.released_at is None]
    released = [one for one in waiting if await takes(conn, of, own, one, now)]
    for file in released:
        asked = {"cycle_id": of.cycle_id, "plan": plan.plan, "kind": file.kind, "now": now}
        await conn.execute(RELEASE_FILE, asked)
        route = ROUTE_OF[file.kind]
        await moved(conn, own, route, "settled" if file.kind == "offset-csv" else "sent")
    for route, state in AT_ONCE.items():
        await moved(conn, own, route, state)
    return bool(released)


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
    waits = of.pending and of.state == "returned"  # what came back is about to be sent again
    if state != of.state and not waits:
        await step(conn, cycle_id, of.state, state, who, now)


async def sent_of(conn: AsyncConnection, of: Life, approved: Sequence[Plan]) -> Sent:
    """What left of the approved plans."""
    told = [
        FileSent(
            plan.plan, plan.approved_by, one.kind, one.sha256, one.lines, one.yen, one.released_at
        )
        for plan in approved
        for one in await files(conn, of.cycle_id, plan.plan)
    ]
    return Sent(of.first_on, tuple(told))


async def send_again(
    conn: AsyncConnection, cycle_id: int, who: str, reason: str, now: datetime
) -> Prepared:
    """A plan of all that came back, by the accounts and routes of today and under new references,
    to be approved as any other; again, the same. `WrongState`, `NothingCameBack`."""
    async with turn(conn):
        of = await life(conn, cycle_id)
        if of.state != "returned":
            raise WrongState(state=of.state)
        await prepare(conn, of, who, reason, now, again=True)
        return await prepared(conn, cycle_id)


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
