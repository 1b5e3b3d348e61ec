"""精算書: what each party is told, line by line, by the catalogue of domain 1.4."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from settlement.lines import CURRENCY, Charge, Funding, JournalHead, Party, PartyKind, Result
from settlement.netting import (
    CLAIMS,
    KINDS,
    Flow,
    Kind,
    Movement,
    Role,
    Roles,
    matrix,
    nets,
    ranked,
)

LATE = 401
TOTAL = 900
BY_KIND = frozenset({101, 111, 121, 801, 811})

# 8xx are ours: memo lines, which count points and carry no yen.
CATALOGUE: dict[int, tuple[str, str]] = {
    101: ("ポイント発行負担金（通常）", "Points issued (base)"),
    102: ("ポイント発行負担金（キャンペーン）", "Points issued (campaign)"),
    103: ("ポイント発行負担金（ランク・誕生月等）", "Points issued (rank and the like)"),
    111: ("発行取消（返品・誤付与）", "Points taken back (base)"),
    112: ("発行取消（キャンペーン）", "Points taken back (campaign)"),
    113: ("発行取消（ランク・誕生月等）", "Points taken back (rank and the like)"),
    121: ("ポイント負担金・利用分（通常）", "Own points used (base)"),
    122: ("ポイント負担金・利用分（キャンペーン）", "Own points used (campaign)"),
    123: ("ポイント負担金・利用分（ランク・誕生月等）", "Own points used (rank and the like)"),
    131: ("ポイント負担金・利用取消", "Use of own points undone"),
    141: ("返品充当振替", "Points taken in another's stead"),
    151: ("移行精算（預り金への振替）", "Change-over of the funding mode"),
    201: ("ポイント利用額（受取）", "Points honoured"),
    202: ("利用取消（返品）", "Honoured points given back"),
    LATE: ("前期分調整", "For an earlier cycle"),
    701: ("預り金 繰入", "Paid into the fund"),
    702: ("預り金 払出", "Paid out of the fund"),
    801: ("参考・発行ポイント（通常）", "Memo: points granted (base)"),
    802: ("参考・発行ポイント（キャンペーン）", "Memo: points granted (campaign)"),
    803: ("参考・発行ポイント（ランク・誕生月等）", "Memo: points granted (rank and the like)"),
    811: ("参考・発行取消（通常）", "Memo: points taken back (base)"),
    812: ("参考・発行取消（キャンペーン）", "Memo: points taken back (campaign)"),
    813: ("参考・発行取消（ランク・誕生月等）", "Memo: points taken back (rank and the like)"),
    821: ("参考・失効ポイント", "Memo: points lapsed"),
    831: ("参考・店頭付与ポイント", "Memo: points given in own shops"),
    832: ("参考・店頭付与取消", "Memo: points taken back in own shops"),
    TOTAL: ("差引精算額", "Net total"),
}
FUNDERS_MEMO: dict[Movement, int] = {"granted": 801, "recovered": 811, "lapsed": 821}
SHOPS_MEMO: dict[Movement, int] = {"granted": 831, "recovered": 832}


class StatementLine(Struct, frozen=True):
    """A line as its party reads it."""

    code: int
    name: str
    name_en: str
    points: int
    entries: int
    original: int | UnsetType = UNSET
    yen: int | UnsetType = UNSET


class Addressee(Struct, frozen=True):
    """Whose statement it is."""

    party: str
    kind: PartyKind
    name: str
    name_en: str


class Statement(Struct, frozen=True):
    """精算書: what a party is paid (+) or pays (-) for one cycle, and why; and the journal's head,
    so that the books cannot be rewritten behind its back."""

    number: str
    cycle: str
    first_on: date
    last_on: date
    closed_at: datetime
    pays_on: date
    currency: str
    party: Addressee
    lines: tuple[StatementLine, ...]
    total_yen: int
    journal: JournalHead | UnsetType = UNSET


class Put(Struct, frozen=True):
    """What a movement puts into whose statement: yen paid to it (+1) or by it (-1), or none (0)."""

    role: Role
    code: int
    sign: Literal[1, 0, -1]


Key = tuple[str, int, int]  # party, code, and the code it would have had in time, or 0


@cache
def puts(funding: Funding, movement: Movement, kind: Kind) -> tuple[Put, ...]:
    """All that one movement puts into statements."""
    found = []
    claim = CLAIMS.get((funding, movement))
    if claim is not None:
        found.append(Put(claim.debtor, claim.debtor_code, -claim.sign))
        found.append(Put(claim.creditor, claim.creditor_code, claim.sign))
    if movement in FUNDERS_MEMO:
        found.append(Put("funder", FUNDERS_MEMO[movement], 0))
    if movement in SHOPS_MEMO:
        found.append(Put("tenant", SHOPS_MEMO[movement], 0))
    nth = KINDS.index(kind)
    return tuple(
        msgspec.structs.replace(put, code=put.code + nth) if put.code in BY_KIND else put
        for put in found
    )


def key(put: Put, party: str, late: bool) -> Key:
    """The line it stands in: yen for an earlier cycle go to the adjustments."""
    return (party, LATE, put.code) if late and put.sign else (party, put.code, 0)


def results(
    flows: Sequence[Flow], entries: Mapping[Key, int], parties: Sequence[Party]
) -> list[Result]:
    """All that follows from the flows: matrix, statements, nets, as the sealed file has them."""
    cells = matrix(flows, parties)
    charged = charges(flows, entries, parties)
    netted = nets(cells, parties)
    assert {net.party: net.yen for net in netted} == total_yen(charged)
    return [*cells, *charged, *netted]


def charges(
    flows: Iterable[Flow], entries: Mapping[Key, int], parties: Sequence[Party]
) -> list[Charge]:
    """The lines of every statement, each party's closed by its total; `entries` says how many
    entries stand in each line."""
    roles = Roles(parties)
    points: Counter[Key] = Counter()
    yen: Counter[Key] = Counter()
    owed_yen = {party.party: 0 for party in parties}
    for flow in flows:
        for put in puts(flow.funding, flow.movement, flow.kind):
            party = roles.of(put.role, flow)
            line = key(put, party, flow.late)
            points[line] += flow.points
            if put.sign:
                yen[line] += put.sign * flow.points
                owed_yen[party] += put.sign * flow.points
    for party, total in owed_yen.items():
        points[party, TOTAL, 0], yen[party, TOTAL, 0] = 0, total
    ranks = ranked(parties)
    return [
        Charge(
            line[0],
            line[1],
            points[line],
            entries.get(line, 0),
            line[2] or UNSET,
            yen.get(line, UNSET),
        )
        for line in sorted(points, key=lambda line: (ranks[line[0]], *line[1:]))
    ]


def total_yen(charged: Iterable[Charge]) -> dict[str, int]:
    """What each statement comes to."""
    return {c.party: c.yen for c in charged if c.code == TOTAL and c.yen is not UNSET}


def told(
    party: Party,
    own: Sequence[Charge],
    first_on: date,
    last_on: date,
    closed_at: datetime,
    pays_on: date,
    journal: JournalHead | UnsetType = UNSET,
) -> Statement:
    """One party's statement from its lines."""
    return Statement(
        number=f"{first_on:%Y%m%d}-{party.party}",
        cycle=first_on.isoformat(),
        first_on=first_on,
        last_on=last_on,
        closed_at=closed_at,
        pays_on=pays_on,
        currency=CURRENCY,
        party=Addressee(party.party, party.kind, party.name, party.name_en),
        lines=tuple(
            StatementLine(c.code, *_named(c), c.points, c.entries, c.original, c.yen) for c in own
        ),
        total_yen=total_yen(own)[party.party],
        journal=journal,
    )


def _named(charge: Charge) -> tuple[str, str]:
    name, name_en = CATALOGUE[charge.code]
    if charge.original is UNSET:
        return name, name_en
    original, original_en = CATALOGUE[charge.original]
    return f"{name}・{original}", f"{name_en}: {original_en}"


def written(statement: Statement) -> str:
    """A statement as its party gets it, and as it is kept for ever."""
    return msgspec.json.encode(statement).decode()
