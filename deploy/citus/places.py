"""Where each table lies once one machine is not enough: beside its member, its shop or its own key,
on every machine, or on the coordinator alone."""

from msgspec import Struct

COORDINATOR = "coordinator"
EVERYWHERE = "everywhere"


class Beside(Struct, frozen=True):
    """A table that is spread by one of its columns, and the table whose shards it lies beside."""

    key: str
    of: str


def member(of: str = "federation.members") -> Beside:
    """What is one member's lies together, so that a booking finds it on one machine."""
    return Beside("member_id", of)


def shop(of: str = "federation.slips") -> Beside:
    """What a shop's slips and receipts say."""
    return Beside("shop_id", of)


SPREAD = {
    "federation.members": member(),
    "federation.wallets": member(),
    "federation.profiles": member(),
    "federation.lots": member(),
    "federation.entries": member(),
    "federation.draws": member(),
    "federation.holds": member(),
    "federation.hold_parts": member(),
    "federation.shortages": member(),
    "federation.used": member(),
    "federation.traits": member(),
    "federation.tenders": member(),
    "federation.slips": shop(),
    "federation.answers": shop(),
    "federation.receipts": shop(),
    "federation.carriers": Beside("carrier", "federation.carriers"),
    "federation.pins": Beside("carrier", "federation.carriers"),
    "federation.codes": Beside("code", "federation.codes"),
}
# Small, read by what is spread; written rarely, since each row is written on every machine.
COPIED = (
    "federation.cycles",
    "federation.doors",
    "federation.detached",
    "federation.detached_draws",
    "tenants.parties",
    "tenants.facilities",
    "tenants.tenants",
    "tenants.shops",
    "tenants.tills",
    "tenants.schemes",
    "tenants.terms",
    "tenants.rank_bonuses",
    "tenants.settings",
    "tenants.declarations",
    "tenants.campaigns",
    "tenants.funding_shares",
    "tenants.programme",
    "tenants.paces",
    "tenants.expiry_policies",
)
# One database numbers: the coordinator. Every table of the other schemas stays there too.
AT_HOME = (
    "federation.journal",
    "federation.numbered",
    "federation.heads",
    "federation.watched",
    "federation.looks",
    "federation.breaks",
    "federation.notices",
    "federation.places",
    "federation.announced",
    "federation.stocks",  # one row is locked by every booking that takes of it
)
BOOKS = "federation"


def place_of(table: str) -> Beside | str | None:
    """Where a table lies; None where nobody has said, which the books do not allow."""
    if table in SPREAD:
        return SPREAD[table]
    if table in COPIED:
        return EVERYWHERE
    at_home = table in AT_HOME or not table.startswith(f"{BOOKS}.")
    return COORDINATOR if at_home else None
