"""Papers to print: a hub, a shop, and statements of any length."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from msgspec import structs

from settlement.lines import Charge, JournalHead, Party, PartyKind
from settlement.paper.paper import DayLine, Paper, Profile
from settlement.statement import Statement, told

FIRST, LAST, PAYS = date(2026, 6, 1), date(2026, 6, 15), date(2026, 6, 30)
CLOSED_AT = datetime(2026, 6, 17, 3, 0, tzinfo=UTC)
ISSUED_AT = datetime(2026, 6, 17, 3, 5, tzinfo=UTC)
HUB = Profile(
    "四国ポイントハブ株式会社",
    "Shikoku Point Hub Ltd.",
    "760-0011",
    "香川県高松市浜ノ町1番20号",
    "T7123456789012",
    "精算担当",
    "087-000-0000",
    "seisan@example.jp",
)
SHOP = Profile(
    "株式会社髙島﨑ベーカリー", "Takashimasaki Bakery", "770-0831", "徳島県徳島市一丁目61"
)

Line = tuple[int, int, int, int | None]  # code, points, entries, yen


def statement(lines: Sequence[Line], kind: PartyKind = "tenant", name: str = "A") -> Statement:
    """A statement of these lines, with its total."""
    total = sum(yen or 0 for _, _, _, yen in lines)
    charges = [
        Charge(name, code, points, entries, **({} if yen is None else {"yen": yen}))
        for code, points, entries, yen in lines
    ]
    party = Party(name, kind, "徳島ベーカリー", "A Bakery")
    every = [*charges, Charge(name, 900, 0, 0, yen=total)]
    head = JournalHead(123, "ab" * 32)
    return told(party, every, FIRST, LAST, CLOSED_AT, PAYS, head, 1_000)


OWING: tuple[Line, ...] = (
    (121, 180, 2, -180), (131, 30, 1, 30), (201, 20, 1, 20), (801, 300, 3, None),
    (831, 300, 3, None),
)  # fmt: skip
DAYS = (
    DayLine(date(2026, 6, 3), 121, 180, 2, yen=-180),
    DayLine(date(2026, 6, 3), 201, 20, 1, yen=20),
    DayLine(date(2026, 6, 4), 131, 30, 1, yen=30),
)


def paper(lines: Sequence[Line] = OWING, **changed: Any) -> Paper:
    """A paper of these lines."""
    kind: PartyKind = changed.pop("kind", "tenant")
    whole = Paper(statement(lines, kind), HUB, SHOP, ISSUED_AT)
    return structs.replace(whole, **changed)
