"""デモだけで: what plays with a hub's clock and its bank asks first whether it is the demo's."""

from datetime import date, datetime

import click
from psycopg import AsyncConnection

from deploy.clock import FileClock, clock
from deploy.clock_api import EARLIEST, LATEST
from deploy.demo.bank import PaidIn, Trouble
from deploy.demo.banking import ORIGINATOR
from deploy.settings import Settings, settings
from federation.days import TOKYO, day_of
from settlement.bank import entering, names
from settlement.bank.profile import Profile, bank_days_before, debit_due, transfer_due
from settlement.life import board, papers
from settlement.life.papers import Payment
from settlement.life.states import TOLD
from settlement.reading import cycle_id_of

MONTHS = "SELECT federation.open_months(%s, 2)"
NOT_THE_DEMO = "デモではありません。何も変えていません / this is not the demo; nothing was changed"
REFUSED = {
    "backwards": "時計は戻せません / the clock does not go back",
    "out-of-range": "2200年より前の日時を / a day before the year 2200",
    "not-sent": "送った口座振替ではありません / no debit that was sent",
    "not-left": "送った振込ではありません / no transfer that was sent",
    "unknown": "送った支払ではありません / no payment that was sent",
}


async def the_demo(conn: AsyncConnection) -> tuple[Settings, FileClock]:
    """The instance and its clock, if its clock is a file and its bank the demo's invented one."""
    instance = settings()
    own = clock(instance.clock)
    if not isinstance(own, FileClock):
        raise click.ClickException(NOT_THE_DEMO)
    profile = await entering.profile(conn, day_of(own()), names.with_names)
    if profile is None or profile.originator.code != ORIGINATOR:
        raise click.ClickException(NOT_THE_DEMO)
    return instance, own


async def turned(conn: AsyncConnection, to: datetime) -> tuple[datetime, datetime]:
    """Move the demo's clock on; from when to when."""
    _, own = await the_demo(conn)
    before, after = own().astimezone(TOKYO), to.replace(tzinfo=TOKYO)
    if after < before:
        raise refused("backwards", f"{before:%Y-%m-%d %H:%M}")
    if not EARLIEST <= after < LATEST:
        raise refused("out-of-range", f"{after:%Y-%m-%d}")
    await conn.execute(MONTHS, (after.date(),))
    own.set(after)
    return before, after


async def waiting(conn: AsyncConnection, today: date) -> list[str]:
    """Which days move each cycle on that is not settled, the oldest first."""
    profile = await entering.profile(conn, today, names.with_names)
    assert profile is not None
    told = []
    for row in reversed(await board.board(conn, today)):
        if row.state not in ("open", "settled"):
            of = await papers.life(conn, cycle_id_of(f"{row.cycle}"))
            told.append(f"{row.cycle} {TOLD[row.state][0]} {row.state}: {due(of, profile)}")
    return told


def due(of: papers.Life, profile: Profile) -> str:
    """What a cycle waits for, with its days."""
    if of.transfers_on is None or of.debits_on is None:
        return "confirm"
    if of.state == "confirmed":
        return f"approve ({of.objections_until} の翌日から / from the day after)"
    until = transfer_due(of.transfers_on, profile).astimezone(TOKYO)
    debits = debit_due(of.debits_on, profile).astimezone(TOKYO)
    from_on = bank_days_before(of.debits_on, profile.ahead_bank_days)
    return (
        f"振込 / transfers {of.transfers_on} (send ≤ {until:%m-%d %H:%M})"
        f" · 引落 / debits {of.debits_on} (send {from_on:%m-%d} – {debits:%m-%d %H:%M})"
    )


async def trouble_of(
    conn: AsyncConnection,
    unfunded: tuple[str, ...],
    returned: tuple[str, ...],
    paid_in: tuple[tuple[str, int], ...],
) -> Trouble:
    """What is to go wrong, from the references of payments to what a bank knows them by."""
    made = {one.reference: one for one in await papers.payments(conn, None)}
    debits = [named(made, one, "DIRECT_DEBIT", "not-sent") for one in unfunded]
    for one in returned:
        named(made, one, "TRANSFER", "not-left")
    return Trouble(
        frozenset((one.debit.customer.zfill(20), one.debit.yen, one.pays_on) for one in debits),
        frozenset(returned),
        tuple(
            [
                PaidIn(reference, await holder(conn, named(made, reference, "", "unknown")), yen)
                for reference, yen in paid_in
            ]
        ),
    )


def named(made: dict[str, Payment], reference: str, route: str, otherwise: str) -> Payment:
    """The payment of that reference, if it is of that route and was sent."""
    one = made.get(reference)
    if one is None or (route and one.route != route) or one.state in ("planned", "void"):
        raise refused(otherwise, reference)
    return one


async def holder(conn: AsyncConnection, one: Payment) -> str:
    """The kana by which a party's bank names it."""
    accounts = await entering.accounts(conn, one.pays_on)
    return next((held.holder for held in accounts if held.party == one.party), "")


def refused(why: str, what: str) -> click.ClickException:
    """A refusal, and what it is about."""
    return click.ClickException(f"{REFUSED[why]}: {what}")
