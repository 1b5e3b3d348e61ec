"""精算書: what each party is told, line by line, by the catalogue of domain 1.4."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from settlement.adjusting import EARLIER, adjusted, corrects
from settlement.fees import (
    BESIDE,
    CARRIED,
    CARRY_IN,
    FEES,
    FEES_RECEIVED,
    MONTHLY_FEE,
    NOTHING,
    POINT_FEE,
    REDEEM_FEE,
    TAX,
    TAX_RECEIVED,
    Agreed,
    beside,
)
from settlement.lines import (
    CURRENCY,
    Charge,
    Funding,
    JournalHead,
    Net,
    Party,
    PartyKind,
    Settles,
    order,
)
from settlement.netting import (
    CLAIMS,
    KINDS,
    Flow,
    Kind,
    Movement,
    Role,
    Roles,
    ranked,
)

LATE = EARLIER
TOTAL = 900
BY_KIND = frozenset({101, 111, 121, 801, 811})
# クーポン: lines of its own on either side, and no memo: what it takes off are no points given.
OF_COUPONS = {101: 104, 111: 115, 121: 124, 131: 132, 201: 204, 202: 205}

# 8xx are ours: memo lines, which count points and carry no yen.
CATALOGUE: dict[int, tuple[str, str]] = {
    101: ("ポイント発行負担金（通常）", "Points issued (base)"),
    102: ("ポイント発行負担金（キャンペーン）", "Points issued (campaign)"),
    103: ("ポイント発行負担金（ランク・誕生月等）", "Points issued (rank and the like)"),
    104: ("クーポン負担金", "Coupons paid for"),
    111: ("発行取消（返品・誤付与）", "Points taken back (base)"),
    112: ("発行取消（キャンペーン）", "Points taken back (campaign)"),
    113: ("発行取消（ランク・誕生月等）", "Points taken back (rank and the like)"),
    114: ("返品控除（現金控除分）", "Kept from refunds for points that were short"),
    115: ("クーポン負担金の取消", "Coupons paid for, undone"),
    121: ("ポイント負担金・利用分（通常）", "Own points used (base)"),
    122: ("ポイント負担金・利用分（キャンペーン）", "Own points used (campaign)"),
    123: ("ポイント負担金・利用分（ランク・誕生月等）", "Own points used (rank and the like)"),
    124: ("クーポン負担金（利用時）", "Own coupons used"),
    131: ("ポイント負担金・利用取消", "Use of own points undone"),
    132: ("クーポン負担金（利用時）の取消", "Use of own coupons undone"),
    141: ("返品充当振替", "Points taken in another's stead"),
    151: ("移行精算（預り金への振替）", "Change-over of the funding mode"),
    201: ("ポイント利用額（受取）", "Points honoured"),
    202: ("利用取消（返品）", "Honoured points given back"),
    204: ("クーポン利用額（受取）", "Coupons honoured"),
    205: ("クーポン利用取消", "Honoured coupons given back"),
    REDEEM_FEE: ("換金手数料", "Fee on points honoured"),
    POINT_FEE: ("システム利用料（従量）", "System fee on points issued"),
    MONTHLY_FEE: ("端末・月額利用料", "Monthly and terminal fees"),
    FEES_RECEIVED: ("受取手数料", "Fees received"),
    LATE: ("前期分調整", "For an earlier cycle"),
    CARRIED: ("前期繰越", "Carried over from the last cycle"),
    501: ("失効ポイント還元", "Lapsed points returned"),
    502: ("失効益（運営）", "Lapsed points to the operator"),
    TAX: ("消費税", "Consumption tax"),
    TAX_RECEIVED: ("仮受消費税", "Consumption tax received"),
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
CARRIED_OUT = ("次期繰越", "Carried over to the next cycle")
SETTLED: dict[Settles, tuple[str, str]] = {
    "released": ("保留解除", "Held until now"),
    "corrected": ("訂正", "Corrected"),
}
TAXED = FEES | {FEES_RECEIVED}
TAXES = frozenset({TAX, TAX_RECEIVED})
FUNDERS_MEMO: dict[Movement, int] = {
    "granted": 801,
    "recovered": 811,
    "lapsed": 821,
    "lapsed-to-operator": 821,
    "lapsed-to-funder": 821,
}
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
    carry: Literal["in", "out"] | UnsetType = UNSET
    of_cycle: str | UnsetType = UNSET
    settles: Settles | UnsetType = UNSET
    tax_bp: int | UnsetType = UNSET


class TaxTold(Struct, frozen=True):
    """消費税の内訳: what of a statement is taxed at a rate, without the tax, and the tax on it."""

    rate_bp: int
    taxable_yen: int
    tax_yen: int


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
    tax: TaxTold | UnsetType = UNSET


class Put(Struct, frozen=True):
    """What a movement puts into whose statement: yen paid to it (+1) or by it (-1), or none (0)."""

    role: Role
    code: int
    sign: Literal[1, 0, -1]


# Party, code, and the code it would have had in time, or which of the two of 402, or 0.
Key = tuple[str, int, int]


@cache
def puts(funding: Funding, movement: Movement, kind: Kind) -> tuple[Put, ...]:
    """All that one movement puts into statements."""
    found = []
    claim = CLAIMS.get((funding, movement))
    if claim is not None:
        found.append(Put(claim.debtor, claim.debtor_code, -claim.sign))
        found.append(Put(claim.creditor, claim.creditor_code, claim.sign))
    if kind == "coupon":
        return tuple(
            msgspec.structs.replace(put, code=OF_COUPONS.get(put.code, put.code)) for put in found
        )
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


def charges(
    flows: Sequence[Flow],
    entries: Mapping[Key, int],
    parties: Sequence[Party],
    agreed: Agreed = NOTHING,
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
    decided = adjusted(agreed.adjustments)
    for done in decided:
        owed_yen[done.party] += done.yen or 0
    for one in beside(flows, dict(owed_yen), parties, agreed):
        line = (one.party, one.code, one.which)
        points[line], yen[line] = one.points, one.yen
        owed_yen[one.party] += one.yen
    for party, total in owed_yen.items():
        points[party, TOTAL, 0], yen[party, TOTAL, 0] = 0, total
    ranks = ranked(parties)
    told = [
        charge(line, points[line], entries.get(line, 0), yen.get(line, UNSET)) for line in points
    ]
    return sorted([*told, *decided], key=lambda line: order(line, ranks))


def charge(line: Key, points: int, entries: int, yen: int | UnsetType) -> Charge:
    """One line of a statement."""
    party, code, which = line
    if code == CARRIED:
        return Charge(
            party, code, points, entries, UNSET, yen, "in" if which == CARRY_IN else "out"
        )
    return Charge(party, code, points, entries, which or UNSET, yen)


def beside_yen(charged: Iterable[Charge]) -> Counter[str]:
    """What fees, tax, carries and decided disputes come to, by party."""
    found: Counter[str] = Counter()
    for one in charged:
        if one.code in BESIDE or corrects(one):
            found[one.party] += one.yen or 0
    return found


def total_yen(charged: Iterable[Charge]) -> dict[str, int]:
    """What each statement comes to."""
    return {c.party: c.yen for c in charged if c.code == TOTAL and c.yen is not UNSET}


def netted(charged: Iterable[Charge]) -> list[Net]:
    """The nets that statements come to."""
    return [Net(party, yen) for party, yen in total_yen(charged).items()]


def told(
    party: Party,
    own: Sequence[Charge],
    first_on: date,
    last_on: date,
    closed_at: datetime,
    pays_on: date,
    journal: JournalHead | UnsetType = UNSET,
    tax_bp: int = 0,
) -> Statement:
    """One party's statement from its lines; `tax_bp` is the rate of the tax among them."""
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
            StatementLine(
                c.code,
                *_named(c, tax_bp),
                c.points,
                c.entries,
                c.original,
                c.yen,
                c.carry,
                c.of_cycle,
                c.settles,
                c.tax_bp,
            )
            for c in own
        ),
        total_yen=total_yen(own)[party.party],
        journal=journal,
        tax=tax_told(own, tax_bp),
    )


def tax_told(own: Iterable[Charge], tax_bp: int) -> TaxTold | UnsetType:
    """The tax of a statement, where there is any."""
    found: Counter[bool] = Counter()
    for one in own:
        if one.code in TAXED or one.code in TAXES:
            found[one.code in TAXED] += one.yen or 0
    return TaxTold(tax_bp, found[True], found[False]) if found else UNSET


def _named(charge: Charge, tax_bp: int) -> tuple[str, str]:
    name, name_en = CARRIED_OUT if charge.carry == "out" else CATALOGUE[charge.code]
    if charge.code in TAXES:
        return _rated(charge.code, tax_bp)
    if charge.original is UNSET:
        return name, name_en
    original, original_en = CATALOGUE[charge.original]
    if charge.original in TAXES and charge.tax_bp is not UNSET:
        original, original_en = _rated(charge.original, charge.tax_bp)
    if charge.settles is not UNSET:
        why, why_en = SETTLED[charge.settles]
        name, name_en = (
            f"{name}（{charge.of_cycle}期の{why}）",
            f"{why_en}, cycle {charge.of_cycle}",
        )
    return f"{name}・{original}", f"{name_en}: {original_en}"


def _rated(code: int, tax_bp: int) -> tuple[str, str]:
    (name, name_en), percent = CATALOGUE[code], f"{tax_bp / 100:g}%"
    return f"{name}（{percent}）", f"{name_en} ({percent})"


def written(statement: Statement) -> str:
    """A statement as its party gets it, and as it is kept for ever."""
    return msgspec.json.encode(statement).decode()
