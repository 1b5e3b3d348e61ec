"""支払案の作成: a cycle's dues become payments by route, and files, to the byte.

The same dues, accounts and days give the same payments and files: preparing again changes nothing
unless something else did.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct, structs
from psycopg import AsyncConnection

from federation.days import TOKYO, day_of
from federation.reading import rows
from federation.sql import statement
from settlement.bank import entering, names, zengin
from settlement.bank.deposits import Payout, as_csv
from settlement.bank.orders import DebitBatch, TransferBatch
from settlement.bank.profile import (
    Profile,
    Window,
    debit_due,
    debits_on,
    transfer_due,
)
from settlement.bank.routing import Agreed, Net, plan
from settlement.calendar import bank_day_from, pays_on
from settlement.life.dues import KEPT_KINDS, Part, parts
from settlement.life.papers import (
    File,
    Life,
    Payment,
    day_begins,
    files,
    move,
    payments,
    stated,
)
from settlement.life.refusals import NoBankProfile, NothingCameBack
from settlement.life.states import FAILED

ADD_PLAN = statement(__file__, "add_plan")
ADD_FILE = statement(__file__, "add_file")
ADJUSTMENTS = statement(__file__, "adjustments")
DEBITED = statement(__file__, "debited")
DAY = timedelta(days=1)
SPLITS = statement(__file__, "units")


class Days(Struct, frozen=True):
    """When a plan moves money."""

    transfers_on: date
    debits_on: date


class Drawn(Struct, frozen=True):
    """A plan that was worked out: its days, payments and files."""

    days: Days
    payments: tuple[Payment, ...]
    files: tuple[File, ...]


async def prepare(
    conn: AsyncConnection, of: Life, who: str, reason: str, now: datetime, *, again: bool = False
) -> bool:
    """Work a cycle's payments out and keep them, with their files, as its plan; whether it differs
    from the one that counted. `NoBankProfile`, `NothingCameBack`."""
    sources = await failed(conn, of) if again else []
    if again and not sources:
        raise NothingCameBack
    if of.plan is not None and of.again == again:
        same = await drawn(conn, of, of.plan, now, sources)
        if same == await kept(conn, of, sources):
            return False
    number = (of.plan or 0) + 1
    made = await drawn(conn, of, number, now, sources)
    if of.plan is not None and (not again or of.pending):
        before = await payments(conn, of.cycle_id, of.plan)
        await move(conn, [one.reference for one in before if one.state == "planned"], "void")
    await keep(conn, of, number, made, who, reason, now, again=again)
    for one in sources:
        await move(conn, [one.reference], "again", one.difference)
    return True


async def failed(conn: AsyncConnection, of: Life) -> list[Payment]:
    """What is to be sent again: what came back or could not go, and what the plan that waits for
    its approval is already about."""
    all_of_it = await payments(conn, of.cycle_id)
    waiting = {
        one.of_reference
        for one in all_of_it
        if of.pending and one.plan == of.plan and one.state == "planned"
    }
    return [one for one in all_of_it if one.state in FAILED or one.reference in waiting]


async def kept(conn: AsyncConnection, of: Life, sources: Sequence[Payment]) -> Drawn | None:
    """The plan that counts, as it was drawn."""
    assert of.plan is not None
    assert of.transfers_on is not None
    assert of.debits_on is not None
    own = await payments(conn, of.cycle_id, of.plan)
    if any(one.state != "planned" for one in own):
        return None
    sent = [
        structs.replace(one, released_at=None) for one in await files(conn, of.cycle_id, of.plan)
    ]
    return Drawn(Days(of.transfers_on, of.debits_on), tuple(own), tuple(sent))


async def drawn(
    conn: AsyncConnection, of: Life, number: int, now: datetime, sources: Sequence[Payment]
) -> Drawn:
    """What a plan of this number would be."""
    first_day = pays_on(of.cycle)
    profile = await entering.profile(conn, first_day, names.with_names)
    if profile is None:
        raise NoBankProfile
    days = days_of(of, profile, now, again=bool(sources))
    agreed = await entering.agreed(conn, days.transfers_on, names.with_names)
    debited = {row["party"] for row in await rows(conn, DEBITED, {})}
    agreed = structs.replace(agreed, first_debits=frozenset(agreed.debtors) - debited)
    if sources:
        due = [(Part(one.party, one.yen, one.unit), one.reference) for one in sources]
        kinds: dict[str, str] = {}
    else:
        papers = await stated(conn, of.cycle_id)
        kinds = {one.party: one.kind for one in papers}
        totals = {one.party: one.total_yen for one in papers}
        due = [(one, "") for one in await dues(conn, of.cycle_id, totals)]
    made = []
    for at, (part, source) in enumerate(due, start=1):
        reference = f"{of.cycle_id}-{number}-{at}"
        blank = Payment(
            reference, number, at, part.party, part.unit, part.yen, "KEPT", "agreed",
            days.transfers_on, of_reference=source or None,
        )  # fmt: skip
        internal = kinds.get(part.party) in KEPT_KINDS
        made.append(blank if internal else routed(of, blank, agreed, profile, days))
    return Drawn(days, tuple(made), written(of, made, profile, days))


async def dues(conn: AsyncConnection, cycle_id: int, totals: dict[str, int]) -> list[Part]:
    """What every party is due of a cycle."""
    split = [Part(**row) for row in await rows(conn, SPLITS, {"cycle_id": cycle_id})]
    asked = {"cycle_id": cycle_id, "party_id": None}
    beside = [
        Part(row["party"], row["yen"])
        for row in await rows(conn, ADJUSTMENTS, asked)
        if not row["in_statement"]
    ]
    return parts(totals, split, beside)


def days_of(of: Life, profile: Profile, now: datetime, *, again: bool) -> Days:
    """The cycle's days of payment, or the first on which the bank would still take the files."""
    window = Window(of.objection_bank_days)
    approved = day_begins(of.objections_until + DAY, TOKYO)
    ready = now if again else max(now, approved)
    transfers = day_of(ready) + DAY if again else pays_on(of.cycle)
    transfers = bank_day_from(transfers)
    while transfer_due(transfers, profile) < ready:
        transfers = bank_day_from(transfers + DAY)
    debits = debits_on(of.cycle, profile, window)
    while debit_due(debits, profile) < ready:
        month = (debits.replace(day=1) + timedelta(days=31)).replace(day=profile.debit_day)
        debits = bank_day_from(month)
    return Days(transfers, debits)


def routed(of: Life, blank: Payment, agreed: Agreed, profile: Profile, days: Days) -> Payment:
    """A payment by its route: as `routing.plan` chooses, the statement having carried already."""
    window = Window(of.objection_bank_days)
    net = Net(blank.party, blank.yen, blank.reference)
    one = plan(of.cycle, [net], agreed, profile, window, minimum_yen=0)
    paid: dict[str, Any] = {}
    if one.offsets:
        paid = {"route": "OFFSET_SALES_DEPOSIT", "holder": one.offsets[0].holder}
    elif one.transfers:
        sent = one.transfers[0][1]
        paid = {
            "route": "TRANSFER", "account": msgspec.json.encode(sent).decode(),
            "fee_yen": blank.yen - sent.yen,
        }  # fmt: skip
    elif one.debits:
        debit = one.debits[0][1]
        paid = {
            "route": "DIRECT_DEBIT", "account": msgspec.json.encode(debit).decode(),
            "customer": debit.customer, "pays_on": days.debits_on,
        }  # fmt: skip
    elif one.invoices:
        paid = {"route": "INVOICE", "why": one.invoices[0].why}
    else:
        paid = {"route": "HELD", "why": one.held[0].why}
    return structs.replace(blank, **paid)


def transfers_of(made: Sequence[Payment], profile: Profile) -> TransferBatch | None:
    """総合振込 of a plan, if there is anything to transfer."""
    own = [one for one in made if one.route == "TRANSFER"]
    orders = tuple(one.transfer for one in own)
    return TransferBatch(profile.originator, own[0].pays_on, orders) if own else None


def debits_of(made: Sequence[Payment], profile: Profile) -> DebitBatch | None:
    """口座振替 of a plan, if there is anything to collect."""
    own = [one for one in made if one.route == "DIRECT_DEBIT"]
    orders = tuple(one.debit for one in own)
    return DebitBatch(profile.originator, own[0].pays_on, orders) if own else None


def written(of: Life, made: Sequence[Payment], profile: Profile, days: Days) -> tuple[File, ...]:
    """The files of a plan, in the order of their kinds."""
    found = []
    offsets = [one for one in made if one.route == "OFFSET_SALES_DEPOSIT"]
    if offsets:
        lines = [
            Payout(one.party, of.first_on, 0, 0, one.yen, one.pays_on, one.reference)
            for one in offsets
        ]
        total = sum(one.yen for one in offsets)
        found.append(File("offset-csv", len(lines), total, as_csv(lines)))
    transfers, debits = transfers_of(made, profile), debits_of(made, profile)
    if transfers is not None:
        body = zengin.transfer_file([transfers], profile.ending)
        found.append(File("zengin-21", len(transfers.transfers), transfers.yen, body))
    if debits is not None:
        body = zengin.debit_file([debits], profile.ending)
        found.append(File("zengin-91", len(debits.debits), debits.yen, body))
    return tuple(found)


async def keep(
    conn: AsyncConnection,
    of: Life,
    number: int,
    made: Drawn,
    who: str,
    reason: str,
    now: datetime,
    *,
    again: bool,
) -> None:
    """Write a plan down."""
    asked = {
        "cycle_id": of.cycle_id,
        "plan": number,
        "again": again,
        "who": who,
        "now": now,
        "reason": reason,
        "transfers_on": made.days.transfers_on,
        "debits_on": made.days.debits_on,
        "payments": msgspec.json.encode(made.payments).decode(),
    }
    written_down = (await conn.execute(ADD_PLAN, asked)).rowcount
    assert written_down == len(made.payments)
    for file in made.files:
        sent = {"kind": file.kind, "lines": file.lines, "yen": file.yen, "body": file.body}
        sent["sha256"] = bytes.fromhex(file.sha256)
        await conn.execute(ADD_FILE, {"cycle_id": of.cycle_id, "plan": number, **sent})
