"""終了の試算: what is left if the whole programme ends on a day: what FUND must hold, what each
party still owes and has not deposited, what waits, and the last cycle."""

from datetime import date

from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import Validation
from federation.sql import statement
from settlement.calendar import closes_on, pays_on
from settlement.exposure.caps import exposures
from settlement.life.planned import planned

WIND_DOWN = statement(__file__, "wind_down")
WIND_WAITS = statement(__file__, "wind_waits")


class Debtor(Struct, frozen=True):
    """A party on the last day: its own points that it pays for when they are used, what it owes of
    all that is not settled, and its deposit."""

    party: str
    points: int
    owed_yen: int
    prefunded_yen: int

    @property
    def short_yen(self) -> int:
        """What it would have to deposit yet."""
        return max(0, self.points + self.owed_yen - self.prefunded_yen)


class Winding(Struct, frozen=True):
    """What is left when the programme ends on a day. A point that FUND holds is paid in advance;
    one at redemption hangs on its funder; what the honouring shop bears is nobody else's."""

    on: date
    fund_points: int
    claimed_points: int
    borne_points: int
    last_expires_on: date | None
    debtors: tuple[Debtor, ...]
    last_cycle: date
    closes_on: date
    pays_on: date
    unsettled_cycles: int
    disputes: int

    @property
    def short_yen(self) -> int:
        """What all of them would have to deposit yet, so that every point is honoured."""
        return sum(one.short_yen for one in self.debtors)


async def winding(auditor: AsyncConnection, on: date, today: date) -> Winding:
    """What the programme would leave behind; a Validation for a day that is over."""
    if on < today:
        raise Validation(pointer="/on")
    out = await rows(auditor, WIND_DOWN, {"on": on})
    points = {
        funding: sum(row["points"] for row in out if row["funding"] == funding)
        for funding in ("at-issue", "at-redemption", "redeemer-bears")
    }
    claims = {row["funder"]: row["points"] for row in out if row["funding"] == "at-redemption"}
    stands = {one.party: one for one in (await exposures(auditor, today)).values()}
    debtors = []
    for party in sorted(claims.keys() | stands.keys()):
        owed, paid_in = 0, 0
        if party in stands:
            owed, paid_in = stands[party].owed_yen, stands[party].prefunded_yen
        if claims.get(party, 0) or owed or paid_in:
            debtors.append(Debtor(party, claims.get(party, 0), owed, paid_in))
    last = await planned(auditor, on)
    waits = (await rows(auditor, WIND_WAITS, {"on": on}))[0]
    return Winding(
        on, points["at-issue"], points["at-redemption"], points["redeemer-bears"],
        max((row["last_expires_on"] for row in out), default=None), tuple(debtors),
        last.first_on, closes_on(last), pays_on(last), waits["cycles"], waits["disputes"],
    )  # fmt: skip
