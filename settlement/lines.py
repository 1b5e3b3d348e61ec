"""封印ファイルの行: the words of the sealed file, one Struct per type of line.

A sealed file is NDJSON in canonical form: UTF-8, one object per line, keys sorted, no white space,
only the escapes JSON demands, whole numbers only, each line ended by LF. The types come in the
order in which they stand here, and within a type in the order that `order` gives. Parties, shops
and schemes stand under the names that receipts show; entries under the opaque ids their shops know.
"""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

FORMAT: Literal[1] = 1
CURRENCY: Literal["JPY"] = "JPY"

Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Name = Annotated[str, Meta(min_length=1, max_length=400)]
Whole = Annotated[int, Meta(ge=0)]
Points = Annotated[int, Meta(ge=1)]
BasisPoints = Annotated[int, Meta(ge=0, le=10_000)]
Funding = Literal["at-issue", "at-redemption", "redeemer-bears"]
Breakage = Literal["PROMO_FUND", "HUB_REVENUE", "RETURN_TO_FUNDER"]
Attribution = Literal["FIFO", "PROPORTIONAL"]
Settles = Literal["released", "corrected"]
PartyKind = Literal["operator", "facility", "tenant", "fund", "promotion"]
PARTY_KINDS: tuple[PartyKind, ...] = ("operator", "facility", "tenant", "fund", "promotion")


class _Line(Struct, frozen=True, tag_field="type", forbid_unknown_fields=True):
    """What every type of line has in common: its `type`, and nothing that is not declared."""


class JournalHead(Struct, frozen=True, forbid_unknown_fields=True):
    """The books' journal as it stood: its last number, and the chain of hashes up to it."""

    number: Points
    chain: Hash


class Header(_Line, frozen=True, tag="header"):
    """Which cycle this is, when it was closed, the seal of the cycle before, and the head of the
    books' journal when it was sealed."""

    format: Literal[1]
    currency: Literal["JPY"]
    cycle: Name
    first_on: date
    last_on: date
    closed_at: datetime
    previous: Hash | None
    journal: JournalHead | UnsetType = UNSET


class Scheme(_Line, frozen=True, tag="scheme"):
    """A version of the settlement rules that the cycle, or a point in it, goes by; unless it says
    otherwise what lapses goes to the promotion fund, and the oldest of its points are spent first.
    """

    scheme: Name
    funding: Funding
    from_on: date
    breakage: Breakage | UnsetType = UNSET
    attribution: Attribution | UnsetType = UNSET


class Party(_Line, frozen=True, tag="party"):
    """Whoever gets a statement."""

    party: Name
    kind: PartyKind
    name: Name
    name_en: Name


class Terms(_Line, frozen=True, tag="terms"):
    """What was agreed with a party on the cycle's last day, and the terminals it then had."""

    party: Name
    version: Points
    point_fee_milliyen: Whole
    redeem_fee_bp: BasisPoints
    monthly_fee_yen: Whole
    terminal_fee_yen: Whole
    terminals: Whole
    tax_bp: BasisPoints
    minimum_yen: Whole
    prorated: bool
    joined_on: date | UnsetType = UNSET
    left_on: date | UnsetType = UNSET


class Carry(_Line, frozen=True, tag="carry"):
    """前期繰越: what the cycle before left unpaid, as too little: owed to it (+) or by it."""

    party: Name
    yen: int


class Adjustment(_Line, frozen=True, tag="adjustment"):
    """異議の裁定: what a dispute about a sealed line of an earlier cycle brings a party (+) or
    costs it (-) now, under which code of its own: what had been held of the line, or what corrects
    it; where that is taxed, by the rate of then."""

    party: Name
    dispute: Name
    settles: Settles
    code: int
    of_cycle: Name
    of_party: Name
    of_code: int
    yen: int
    of_original: int | UnsetType = UNSET
    tax_bp: BasisPoints | UnsetType = UNSET


class Unit(_Line, frozen=True, tag="unit"):
    """Where the yen of a shop stand, of a party that is paid by facility or by shop."""

    party: Name
    shop: Name
    unit: Name


class Grant(_Line, frozen=True, tag="grant"):
    """Points that one funder gave in one entry: a lot, the n-th of its entry."""

    entry: Name
    n: Whole
    kind: Name
    rule: Name
    business_date: date
    tenant: Name
    shop: Name
    funder: Name
    points: Points
    scheme: Name


class Draw(_Line, frozen=True, tag="draw"):
    """Points that one entry took from a lot (+) or gave back to it (-): the n-th of its entry; in
    whose stead, where a return took them for another grant (返品充当)."""

    entry: Name
    n: Whole
    kind: Literal[
        "redemption",
        "lapse",
        "reversal",
        "return",
        "unreturn",
        "repayment",
        "adjustment",
        "changeover",
        "shortage",
    ]
    rule: Name
    business_date: date
    tenant: Name
    shop: Name
    funder: Name
    points: int
    scheme: Name
    stead: Name | UnsetType = UNSET
    stead_rule: Name | UnsetType = UNSET


class Cell(_Line, frozen=True, tag="matrix"):
    """X[funder][tenant]: points of the one honoured by the other, and the yen owed for them."""

    funder: Name
    tenant: Name
    points: int
    yen: int


class Charge(_Line, frozen=True, tag="statement"):
    """One line of a party's statement; a memo line has no yen, a late one names its own code, one
    of 402 says whether it is carried in or out; one that a dispute left names the sealed cycle."""

    party: Name
    code: int
    points: Whole
    entries: Whole
    original: int | UnsetType = UNSET
    yen: int | UnsetType = UNSET
    carry: Literal["in", "out"] | UnsetType = UNSET
    of_cycle: Name | UnsetType = UNSET
    settles: Settles | UnsetType = UNSET
    tax_bp: BasisPoints | UnsetType = UNSET


class Net(_Line, frozen=True, tag="net"):
    """What a party is paid (+) or pays (-) in all."""

    party: Name
    yen: int


class Split(_Line, frozen=True, tag="split"):
    """What of a party's net stands with one unit; with none, what happened at no shop of its own,
    and fees, tax and carries."""

    party: Name
    yen: int
    unit: Name | UnsetType = UNSET


Agreement = Terms | Carry | Adjustment | Unit
Line = Header | Scheme | Party | Agreement | Grant | Draw | Cell | Charge | Net | Split
Result = Cell | Charge | Net | Split
SECTIONS = (
    Header, Scheme, Party, Terms, Carry, Adjustment, Unit, Grant, Draw, Cell, Charge, Net, Split,
)  # fmt: skip

_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(Line, strict=True).decode


def canonical(line: Line) -> bytes:
    """The one way to write a line."""
    return _encode(line)


def parse(text: bytes) -> Line:
    """A line from its canonical form; ValueError for anything else."""
    line: Line = _decode(text)
    if canonical(line) != text:
        raise ValueError("not in canonical form")
    return line


Order = tuple[int | str, ...]


def order(line: Line, ranks: dict[str, int]) -> Order:
    """Where a line stands among those of its type; no two are alike. `ranks` is the order of the
    parties; KeyError where one is not among them."""
    match line:
        case Header():
            return ()
        case Scheme():
            return (line.from_on.isoformat(),)
        case Party():
            return (PARTY_KINDS.index(line.kind), line.party)
        case Grant() | Draw():
            return (line.business_date.toordinal(), line.entry, line.n)
        case Cell():
            return (ranks[line.funder], ranks[line.tenant])
        case Charge() | Adjustment():
            return (ranks[line.party], *_among_its_own(line))
        case Net() | Terms() | Carry():
            return (ranks[line.party],)
        case Unit():
            return (ranks[line.party], line.shop)
        case Split():
            return (ranks[line.party], line.unit or "")


def _among_its_own(line: Charge | Adjustment) -> Order:
    """Where a line stands among those of its party."""
    if isinstance(line, Adjustment):
        return (line.of_cycle, line.dispute, line.settles, line.code)
    told = (line.carry or "", line.of_cycle or "", line.settles or "")
    return (line.code, line.original or 0, *told)
