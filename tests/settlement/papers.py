"""A cycle's papers, small enough to read: who takes part, what was granted and drawn, sealed."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Literal

import msgspec

from settlement.fees import NOTHING, Agreed
from settlement.lines import (
    SECTIONS,
    Charge,
    Draw,
    Funding,
    Grant,
    Header,
    Line,
    Party,
    PartyKind,
    Scheme,
    order,
    parse,
)
from settlement.netting import Flow, ranked
from settlement.seal import LEAF, Sealer
from settlement.splitting import results
from settlement.statement import charges
from settlement.tally import Tally

KEY = bytes(range(32))
FIRST, LAST = date(2027, 3, 1), date(2027, 3, 15)
HEADER = Header(
    1, "JPY", FIRST.isoformat(), FIRST, LAST, datetime(2027, 3, 17, 3, 0, tzinfo=UTC), None
)


def party(name: str, kind: PartyKind) -> Party:
    return Party(name, kind, f"{name} 店", f"{name.title()} Ltd.")


HUB, TOKUSHIMA = party("hub", "operator"), party("tokushima", "facility")
A, B, C = (party(name, "tenant") for name in "abc")
FUND, PROMOTION = party("fund", "fund"), party("promotion", "promotion")
PARTIES = (HUB, TOKUSHIMA, A, B, C)

Kind = Literal["redemption", "lapse", "reversal", "return"]


def grant(
    entry: str, tenant: Party, funder: Party, points: int, rule: str = "base", n: int = 0,
    on: date = FIRST, scheme: str = "1",
) -> Grant:  # fmt: skip
    shop = f"{tenant.party}-1"
    return Grant(entry, n, "accrual", rule, on, tenant.party, shop, funder.party, points, scheme)


def draw(
    entry: str, tenant: Party, funder: Party, points: int, rule: str = "base", n: int = 0,
    on: date = FIRST, kind: Kind = "redemption", scheme: str = "1",
) -> Draw:  # fmt: skip
    shop = f"{tenant.party}-1"
    return Draw(entry, n, kind, rule, on, tenant.party, shop, funder.party, points, scheme)


def scheme(funding: Funding, name: str = "1", from_on: date = date(2025, 4, 1)) -> Scheme:
    return Scheme(name, funding, from_on)


AT_REDEMPTION = scheme("at-redemption")

# domain 1.7, E1-E3: 50 base and a bonus of 100 (60 facility, 40 A) are granted at A; M1 spends 180
# of an old lot of A's at B; then 20 of it and 80 of the bonus, 48 : 32, at C.
EXAMPLE_2 = (
    grant("e1", A, A, 50, on=date(2027, 3, 5)),
    grant("e1", A, TOKUSHIMA, 60, "campaign:3x", 1, on=date(2027, 3, 5)),
    grant("e1", A, A, 40, "campaign:3x", 2, on=date(2027, 3, 5)),
    grant("e2g", B, B, 16, on=date(2027, 3, 10)),
    grant("e3g", C, C, 9, on=date(2027, 3, 15)),
    draw("e2", B, A, 180, on=date(2027, 3, 10)),
    draw("e3", C, A, 20, on=date(2027, 3, 15)),
    draw("e3", C, TOKUSHIMA, 48, "campaign:3x", 1, on=date(2027, 3, 15)),
    draw("e3", C, A, 32, "campaign:3x", 2, on=date(2027, 3, 15)),
)


def tallied(
    parts: Iterable[Grant | Draw],
    schemes: Sequence[Scheme] = (AT_REDEMPTION,),
    parties: Sequence[Party] = (*PARTIES, FUND, PROMOTION),
    first: date = FIRST,
    split: Iterable[str] = (),
) -> Tally:
    """Some lots and draws, counted."""
    known = {one.scheme: one for one in schemes}
    tally = Tally(parties, split)
    for part in parts:
        tally.add(part, known[part.scheme], part.business_date < first)
    return tally


def flows(
    parts: Iterable[Grant | Draw], schemes: Sequence[Scheme] = (AT_REDEMPTION,)
) -> list[Flow]:
    """The flows of some lots and draws."""
    return tallied(parts, schemes).flows()


def charged(
    parts: Iterable[Grant | Draw],
    parties: Sequence[Party] = PARTIES,
    schemes: Sequence[Scheme] = (AT_REDEMPTION,),
) -> list[Charge]:
    """The statement lines of some lots and draws."""
    tally = tallied(parts, schemes, parties)
    return charges(tally.flows(), tally.entries, parties)


def papers(
    parts: Iterable[Grant | Draw],
    schemes: Sequence[Scheme] = (AT_REDEMPTION,),
    parties: Sequence[Party] = PARTIES,
    header: Header = HEADER,
    agreed: Agreed = NOTHING,
) -> list[Line]:
    """Every line of a cycle, in the order of the file."""
    ranks = ranked(parties)
    sorted_parts = sorted(parts, key=lambda part: (SECTIONS.index(type(part)), order(part, ranks)))
    split = {unit.party for unit in agreed.units}
    tally = tallied(sorted_parts, schemes, parties, header.first_on, split)
    told = results(tally.flows(), tally.entries, parties, agreed, tally.yen_by_shop)
    under = (*agreed.terms, *agreed.carries, *agreed.adjustments, *agreed.units)
    return [header, *schemes, *parties, *under, *sorted_parts, *told]


def sealed(lines: Iterable[Line], previous: str | None = None, key: bytes = KEY) -> list[bytes]:
    """The physical lines of a sealed file."""
    sealer = Sealer(key)
    written = [sealer.write(line) for line in lines]
    return [*written, sealer.foot(bytes.fromhex(previous) if previous else None)]


def opened(file: Sequence[bytes]) -> list[Line]:
    """The lines in a sealed file."""
    found = [LEAF.fullmatch(text) for text in file[:-1]]
    return [parse(match[2]) for match in found if match]


def forged(file: Sequence[bytes], change: Callable[[list[Line]], object]) -> list[bytes]:
    """The same file with its lines changed, every hash made anew by someone who knows how."""
    lines = opened(file)
    change(lines)
    return sealed(lines)


def altered(line: Line, **fields: object) -> Line:
    """The same line, saying something else."""
    return msgspec.structs.replace(line, **fields)
