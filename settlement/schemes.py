"""精算条件: what was agreed with all and with each party, by day, and what of it holds. Pure.

A row of a party says only what is its own; the rest is as agreed with all. A cycle goes by what
holds on its last day. Where nothing was ever agreed there is no fee and nothing is carried.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, structs

from settlement.lines import Party, PartyKind, Terms

NetLevel = Literal["SHOP", "ENTITY_FACILITY", "ENTITY"]
Calendar = Literal["SEMI_MONTHLY", "MONTHLY", "WEEKLY", "DAILY"]
# Domain 1.3: what is less is carried to the next cycle.
MINIMUM_YEN = 500

Milliyen = Annotated[int, Meta(ge=0, le=1_000_000, description="1/1000 円 · per point")]
BasisPoints = Annotated[int, Meta(ge=0, le=10_000, description="1/100 %")]
MonthlyYen = Annotated[int, Meta(ge=0, le=10_000_000, description="税抜 · whole yen")]
TerminalYen = Annotated[int, Meta(ge=0, le=1_000_000, description="税抜 · whole yen")]
MinimumYen = Annotated[int, Meta(ge=0, le=1_000_000, description="whole yen")]
Text = Annotated[str, Meta(min_length=1, max_length=400)]


class Offer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What shall hold from a day on, with one party or with all; None: as it was agreed before."""

    from_on: date
    party: Text | None = None
    point_fee_milliyen: Milliyen | None = None
    redeem_fee_bp: BasisPoints | None = None
    monthly_fee_yen: MonthlyYen | None = None
    terminal_fee_yen: TerminalYen | None = None
    minimum_yen: MinimumYen | None = None
    net_level: NetLevel | None = None
    calendar: Calendar | None = None
    prorated: bool | None = None
    joined_on: date | None = None
    left_on: date | None = None

    def __post_init__(self) -> None:
        """The calendar is everybody's; days of joining and leaving are one's own."""
        if self.party is not None and self.calendar is not None:
            raise ValueError("the calendar is agreed with all")
        if self.party is None and (self.joined_on or self.left_on):
            raise ValueError("days of joining and leaving are a party's own")
        if self.joined_on and self.left_on and self.left_on < self.joined_on:
            raise ValueError("left before it joined")


class Agreement(Offer, frozen=True, kw_only=True, omit_defaults=True):
    """A row of what was agreed, who decided, and for what reason."""

    version: int
    author: str
    reason: str
    agreed_at: datetime


SAID = tuple(
    name for name in Offer.__struct_fields__ if name not in ("party", "from_on")
)  # what an offer may leave as it was


def in_force(agreements: Iterable[Agreement], party: str | None, on: date) -> Agreement | None:
    """The row that holds on a day for a party, or for all; of one day's rows the later."""
    held = (one for one in agreements if one.party == party and one.from_on <= on)
    return max(held, key=lambda one: (one.from_on, one.version), default=None)


def completed(offer: Offer, agreements: Iterable[Agreement]) -> Offer:
    """An offer with all that it leaves as it was on its day."""
    before = in_force(agreements, offer.party, offer.from_on)
    if before is None:
        return offer
    kept = {name: getattr(before, name) for name in SAID if getattr(offer, name) is None}
    return structs.replace(offer, **kept)


def terms_of(
    agreements: Sequence[Agreement],
    parties: Iterable[Party],
    terminals: Mapping[str, int],
    tax_bp: int,
    on: date,
) -> tuple[Terms, ...]:
    """What holds on a day for each party with whom there is anything to reckon, in their order."""
    general = in_force(agreements, None, on)
    found = (
        effective(party, general, in_force(agreements, party.party, on), terminals, tax_bp)
        for party in parties
        if party.kind in CHARGED
    )
    return tuple(one for one in found if one is not None)


# Whom it binds: tenants pay fees, tenants and facilities are paid by transfer.
CHARGED: tuple[PartyKind, ...] = ("tenant", "facility")
FEES = ("point_fee_milliyen", "redeem_fee_bp", "monthly_fee_yen", "terminal_fee_yen")


def effective(
    party: Party,
    general: Agreement | None,
    own: Agreement | None,
    terminals: Mapping[str, int],
    tax_bp: int,
) -> Terms | None:
    """One party's terms; None where there is neither a fee nor a least transfer."""
    rows = [one for one in (own, general) if one is not None]

    def said(name: str) -> int:
        return next((v for one in rows if (v := getattr(one, name)) is not None), 0)

    fees = {name: said(name) if party.kind == "tenant" else 0 for name in FEES}
    minimum_yen = said("minimum_yen")
    if not rows or not (any(fees.values()) or minimum_yen):
        return None
    return Terms(
        party=party.party,
        version=max(one.version for one in rows),
        **fees,
        terminals=terminals.get(party.party, 0) if fees["terminal_fee_yen"] else 0,
        tax_bp=tax_bp,
        minimum_yen=minimum_yen,
        prorated=bool(said("prorated")),
        joined_on=own.joined_on or UNSET if own else UNSET,
        left_on=own.left_on or UNSET if own else UNSET,
    )


def calendar_on(agreements: Iterable[Agreement], day: date) -> Calendar:
    """By which calendar the cycle is planned that begins on a day."""
    row = in_force(agreements, None, day)
    return (row.calendar if row else None) or "SEMI_MONTHLY"


def net_level_of(agreements: Sequence[Agreement], party: str, on: date) -> NetLevel:
    """Whether a party is paid as a whole, by facility or by shop (domain 1.3)."""
    rows = (in_force(agreements, party, on), in_force(agreements, None, on))
    said = (row.net_level for row in rows if row is not None and row.net_level is not None)
    return next(said, "ENTITY_FACILITY")
