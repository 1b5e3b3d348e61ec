"""退店の試算: what a tenant leaves behind on a day: points that are out, who honours them, its last
statement, and the deposit that covers what it still owes."""

from datetime import date

from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement
from settlement.calendar import closes_on, pays_on
from settlement.exposure.caps import exposures
from settlement.life.planned import planned

EXIT_LOTS = statement(__file__, "exit_lots")
EXIT_DISPUTES = statement(__file__, "exit_disputes")
TENANT = statement(__file__, "tenant")
RUNNING = frozenset({"running", "fees"})
HONOURS = {
    "at-issue": ("預り金から払う・入金済み", "paid from FUND, which holds the money"),
    "at-redemption": ("退店後もこの原資負担者が払う", "its funder pays, also after it left"),
    "redeemer-bears": ("利用店の負担", "the honouring shop bears it"),
}


class Outstanding(Struct, frozen=True):
    """Points that are out on the day: whose, under which funding, given here or by it elsewhere."""

    funder: str
    funding: str
    own: bool
    points: int
    last_expires_on: date

    @property
    def honoured(self) -> str:
        """Who pays when they are spent, in both languages."""
        return " / ".join(HONOURS[self.funding])


class Leaving(Struct, frozen=True):
    """What is left when a tenant leaves on a day; yen it still owes are below zero. `running` are
    the cycles that are not stated, fees and tax so far included; `unsettled` is everything else,
    what is disputed too: a debt counts until it is decided, a claim only afterwards."""

    tenant: str
    on: date
    outstanding: tuple[Outstanding, ...]
    last_cycle: date
    closes_on: date
    pays_on: date
    running_yen: int
    unsettled_yen: int
    disputes: int
    deposit_yen: int


async def leaving(auditor: AsyncConnection, tenant: str, on: date, today: date) -> Leaving:
    """What a tenant would leave behind; NotFound for any other party. Points lapse after their
    last day, so those that are over by then are not out."""
    found = await rows(auditor, TENANT, {"tenant": tenant})
    if not found:
        raise NotFound
    party_id = found[0]["party_id"]
    asked = {"party_id": party_id, "on": on}
    lots = tuple(Outstanding(**row) for row in await rows(auditor, EXIT_LOTS, asked))
    disputes = (await rows(auditor, EXIT_DISPUTES, asked))[0]["disputes"]
    stands = (await exposures(auditor, today, (party_id, tenant)))[party_id]
    running_yen = sum(one.yen for one in stands.parts if one.part in RUNNING)
    unsettled_yen = sum(one.yen for one in stands.parts if one.part not in RUNNING)
    last = await planned(auditor, on)
    claims = sum(one.points for one in lots if one.own and one.funding == "at-redemption")
    return Leaving(
        tenant, on, lots, last.first_on, closes_on(last), pays_on(last), running_yen,
        unsettled_yen, disputes, claims + stands.owed_yen,
    )  # fmt: skip
