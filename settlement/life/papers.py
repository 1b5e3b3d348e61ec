"""支払案の帳面: plans, payments and files of a cycle as they are kept, and whose turn it is."""

import hashlib
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, time
from typing import Literal

import msgspec
from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement
from settlement.bank.orders import Debit, Transfer
from settlement.bank.profile import bank_days_after
from settlement.calendar import Cycle
from settlement.life.refusals import WrongState
from settlement.life.states import STEPS, State, Step
from settlement.tell_parties import tell_parties

LIFE = statement(__file__, "life")
STEP = statement(__file__, "step")
LOG = statement(__file__, "log")
LOGGED = statement(__file__, "logged")
PAYMENTS = statement(__file__, "payments")
FILES = statement(__file__, "files")
MOVE_PAYMENTS = statement(__file__, "move_payments")
STATED = statement(__file__, "stated")
# Steps are few: one at a time over all cycles, for what one leaves may go to the next.
TURN = "SELECT pg_advisory_xact_lock(%(word)s::bigint)"
WORD = 0x6D65677572696C66

FileKind = Literal["zengin-21", "zengin-91", "offset-csv"]


class Life(Struct, frozen=True):
    """A cycle after its seal: its state, its window, and the plan that counts."""

    cycle_id: int
    first_on: date
    last_on: date
    state: State
    sealed: bool
    shown_bank_days: int
    objection_bank_days: int
    closed_by: str | None = None
    plan: int | None = None
    again: bool = False
    untouched: bool = False
    prepared_by: str | None = None
    prepared_at: datetime | None = None
    transfers_on: date | None = None
    debits_on: date | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None
    sha256: bytes | None = None

    @property
    def cycle(self) -> Cycle:
        """Its days."""
        return Cycle(self.first_on, self.last_on)

    @property
    def pending(self) -> bool:
        """Whether the plan that counts sends something again, and nothing of it has left."""
        return self.again and self.untouched

    @property
    def shown_on(self) -> date:
        """By when its statements are shown: 速報."""
        return bank_days_after(self.last_on, self.shown_bank_days)

    @property
    def objections_until(self) -> date:
        """The last day on which a party may object."""
        return bank_days_after(self.last_on, self.objection_bank_days)


class Payment(Struct, frozen=True):
    """What one party gets (+) or owes (−) of a cycle, and how it is paid."""

    reference: str
    plan: int
    number: int
    party: str
    unit: str | None
    yen: int
    route: str
    why: str
    pays_on: date
    account: str | None = None
    customer: str = ""
    holder: str = ""
    of_reference: str | None = None
    state: str = "planned"
    difference: str = ""
    settled_yen: int = 0
    fee_yen: int = 0  # 先方負担: what of a transfer's net stays behind as its fee

    @property
    def transfer(self) -> Transfer:
        """The order to the bank, of a transfer."""
        assert self.account is not None
        return msgspec.json.decode(self.account, type=Transfer)

    @property
    def debit(self) -> Debit:
        """The order to the bank, of a debit."""
        assert self.account is not None
        return msgspec.json.decode(self.account, type=Debit)


class File(Struct, frozen=True):
    """A file that leaves, byte for byte."""

    kind: FileKind
    lines: int
    yen: int
    body: bytes
    released_at: datetime | None = None

    @property
    def sha256(self) -> str:
        """What it is known by."""
        return hashlib.sha256(self.body).hexdigest()


class Stated(Struct, frozen=True):
    """A sealed statement: whose, what it comes to, and its very words."""

    party: str
    kind: str
    total_yen: int
    body: str


@asynccontextmanager
async def turn(conn: AsyncConnection) -> AsyncIterator[None]:
    """A transaction in which nobody else takes a step."""
    async with conn.transaction():
        await conn.execute(TURN, {"word": WORD})
        yield


async def life(conn: AsyncConnection, cycle_id: int) -> Life:
    """A cycle as it stands; NotFound if the calendar has none such."""
    found = await rows(conn, LIFE, {"cycle_id": cycle_id})
    if not found:
        raise NotFound
    return Life(**{name: value for name, value in found[0].items() if value is not None})


async def step(
    conn: AsyncConnection, cycle_id: int, came_from: State, goes_to: State, who: str, now: datetime
) -> None:
    """Take a cycle from one state to another, or not at all, and write down who did it."""
    assert goes_to in STEPS[came_from]
    asked = {"cycle_id": cycle_id, "came_from": came_from, "goes_to": goes_to}
    if (await conn.execute(STEP, asked)).rowcount != 1:
        raise WrongState(state=(await life(conn, cycle_id)).state)
    if goes_to in ("confirmed", "approved", "sent", "settled", "returned"):
        done: Step = "prepared" if came_from == "approved" and goes_to == "confirmed" else goes_to
        await log(conn, cycle_id, done, who, now)
    await tell_parties(conn, cycle_id, goes_to)


async def log(conn: AsyncConnection, cycle_id: int, done: Step, who: str, now: datetime) -> None:
    """Write down who did a step, and when."""
    await conn.execute(LOG, {"cycle_id": cycle_id, "step": done, "who": who, "now": now})


async def first_done(conn: AsyncConnection, cycle_id: int, done: Step) -> tuple[str, datetime]:
    """Who took a step first, and when."""
    found = await rows(conn, LOGGED, {"cycle_id": cycle_id, "step": done})
    return found[0]["who"], found[0]["at"]


async def payments(
    conn: AsyncConnection, cycle_id: int | None, plan: int | None = None
) -> list[Payment]:
    """The payments of a cycle in the order of their numbers: of one plan, or of all but those that
    another plan took the place of; without a cycle, of all cycles."""
    found = await rows(conn, PAYMENTS, {"cycle_id": cycle_id, "plan": plan})
    return [Payment(**row) for row in found]


async def files(conn: AsyncConnection, cycle_id: int, plan: int) -> list[File]:
    """The files of a plan."""
    found = await rows(conn, FILES, {"cycle_id": cycle_id, "plan": plan})
    return [File(**{**row, "body": bytes(row["body"])}) for row in found]


async def stated(conn: AsyncConnection, cycle_id: int) -> list[Stated]:
    """Every sealed statement of a cycle."""
    return [Stated(**row) for row in await rows(conn, STATED, {"cycle_id": cycle_id})]


async def move(
    conn: AsyncConnection,
    references: Iterable[str],
    state: str,
    difference: str = "",
    settled_yen: int = 0,
) -> None:
    """What became of payments."""
    asked = {
        "references": list(references),
        "state": state,
        "difference": difference,
        "settled_yen": settled_yen,
    }
    await conn.execute(MOVE_PAYMENTS, asked)


async def fingerprint(conn: AsyncConnection, cycle_id: int, plan: int) -> bytes:
    """SHA-256 over the statements of a cycle, and the payments and files of a plan: what an
    approval is an approval of."""
    return digest(
        await stated(conn, cycle_id),
        await payments(conn, cycle_id, plan),
        await files(conn, cycle_id, plan),
    )


def digest(statements: Sequence[Stated], paid: Sequence[Payment], sent: Sequence[File]) -> bytes:
    """SHA-256 over everything that is approved, in a fixed order."""
    told = [
        *(("statement", one.party, one.total_yen, sha(one.body.encode())) for one in statements),
        *(
            ("payment", one.reference, one.party, one.unit or "", one.yen, one.route,
             one.pays_on.isoformat(), one.account or "", one.customer, one.holder)
            for one in paid
        ),
        *(("file", one.kind, sha(one.body)) for one in sent),
    ]  # fmt: skip
    return hashlib.sha256(msgspec.json.encode(told)).digest()


def sha(content: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def day_begins(day: date, zone: object) -> datetime:
    """Its first instant."""
    return datetime.combine(day, time(0), zone)  # type: ignore[arg-type]
