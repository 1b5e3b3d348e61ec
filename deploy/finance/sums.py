"""差引の一覧: what each party's statement of a cycle is made of, and who owes whom. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import UNSET, Struct

from settlement.life.papers import Stated
from settlement.lines import Cell, Party
from settlement.sheet import as_csv, safe
from settlement.statement import TOTAL, Statement

MOST_SHOWN = 24
Told = tuple[str, str]
# The columns of the table of nets: which codes of the catalogue each adds up.
COLUMNS: tuple[tuple[str, Told, frozenset[int]], ...] = (
    ("borne", ("負担", "Borne"), frozenset(range(100, 200))),
    ("received", ("受取", "Received"), frozenset({201, 202, 204, 205})),
    ("fees", ("手数料", "Fees"), frozenset({211, 301, 302, 311})),
    ("tax", ("消費税", "Tax"), frozenset({601, 611})),
    ("lapsed", ("失効", "Lapsed"), frozenset({501, 502})),
    ("fund", ("預り金", "Fund"), frozenset({701, 702})),
    ("earlier", ("前期・繰越", "Earlier"), frozenset({401, 402})),
)


class NetRow(Struct, frozen=True):
    """A party's net of a cycle in yen, and what it is made of."""

    party: str
    kind: str
    name: str
    name_en: str
    parts: tuple[int, ...]
    yen: int


class Picture(Struct, frozen=True):
    """The matrix as it is shown: those between whom most moves, and how many others there are."""

    parties: tuple[Party, ...]
    cells: dict[tuple[str, str], int]
    most: int
    others: int


def net_rows(found: Iterable[Stated]) -> list[NetRow]:
    """The nets of a cycle; their parts sum to them, and they to nothing."""
    told = [msgspec.json.decode(one.body, type=Statement) for one in found]
    rows = [net_row(one) for one in told]
    assert sum(one.yen for one in rows) == 0
    return rows


def net_row(told: Statement) -> NetRow:
    """One party's net."""
    yen: Counter[int] = Counter()
    for line in told.lines:
        if line.code != TOTAL and line.yen is not UNSET:
            yen[line.code] += line.yen
    parts = tuple(sum(yen[code] for code in codes) for _, _, codes in COLUMNS)
    assert sum(parts) == told.total_yen
    whose = told.party
    return NetRow(whose.party, whose.kind, whose.name, whose.name_en, parts, told.total_yen)


def picture(cells: Sequence[Cell], parties: Sequence[Party], measure: str) -> Picture:
    """The part of the matrix that is shown, by yen or by points."""
    found = {(one.funder, one.tenant): getattr(one, measure) for one in cells}
    weight: Counter[str] = Counter()
    for (funder, tenant), count in found.items():
        weight[funder] += abs(count)
        weight[tenant] += abs(count)
    shown = {party for party, _ in weight.most_common(MOST_SHOWN)}
    inside = {pair: count for pair, count in found.items() if shown.issuperset(pair)}
    return Picture(
        tuple(one for one in parties if one.party in shown),
        inside,
        max((abs(count) for count in inside.values()), default=0) or 1,
        len(weight) - len(shown),
    )


def nets_sheet(cycle: str, rows: Iterable[NetRow]) -> bytes:
    """The nets as CSV."""
    head = (
        "期",
        "当事者",
        "名称",
        "Name",
        *(told[0] for _, told, _ in COLUMNS),
        "差引（円）",
    )
    return as_csv(
        head,
        ((cycle, safe(one.party), safe(one.name), safe(one.name_en), *one.parts, one.yen)
         for one in rows),
    )  # fmt: skip


def matrix_sheet(cycle: str, cells: Iterable[Cell]) -> bytes:
    """The whole matrix as CSV."""
    head = ("期", "負担した側", "受け取った側", "ポイント", "円")
    return as_csv(
        head, ((cycle, safe(one.funder), safe(one.tenant), one.points, one.yen) for one in cells)
    )
