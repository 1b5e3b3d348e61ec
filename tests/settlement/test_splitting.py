"""A party with several shops is paid as a whole, by facility or by shop; the parts are its net."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from settlement.fees import Agreed
from settlement.lines import Split, Terms, Unit
from settlement.schemes import NetLevel
from settlement.splitting import Stand, units_of
from settlement.verify import examine
from tests.mall import Mall
from tests.settlement.papers import (
    FUND,
    HEADER,
    HUB,
    PARTIES,
    PROMOTION,
    A,
    B,
    altered,
    draw,
    grant,
    papers,
    scheme,
    sealed,
)
from tests.settlement.recompute import recompute
from tests.settlement.test_verify import stated

JUNE = date(2026, 6, 1)
MALL = (*PARTIES, FUND, PROMOTION)
STANDS = [
    Stand("a", "a-1", "tokushima"),
    Stand("a", "a-2", "takamatsu"),
    Stand("a", "a-3", "takamatsu"),
    Stand("a", "a-4", None),
    Stand("b", "b-1", "tokushima"),
]


@pytest.mark.parametrize(
    ("level", "units"),
    [
        ("ENTITY", []),
        ("ENTITY_FACILITY", [("a-1", "tokushima"), ("a-2", "takamatsu"), ("a-3", "takamatsu")]),
        ("SHOP", [("a-1", "a-1"), ("a-2", "a-2"), ("a-3", "a-3"), ("a-4", "a-4")]),
    ],
)
def test_only_a_party_with_several_units_is_split(
    level: NetLevel, units: list[tuple[str, str]]
) -> None:
    found = units_of(STANDS, {"a": level, "b": level})
    assert [(one.shop, one.unit) for one in found] == units
    assert {one.party for one in found} <= {"a"}


def of(lines: Sequence[object]) -> dict[str, int]:
    """What stands with A itself and with each of its units."""
    return {one.unit or "": one.yen for one in lines if isinstance(one, Split)}


def test_what_happened_at_a_shop_of_its_own_stands_there_and_all_else_with_the_party() -> None:
    units = tuple(units_of(STANDS, {"a": "ENTITY_FACILITY", "b": "ENTITY"}))
    own = Terms("a", 1, 1_000, 0, 0, 0, 0, 1_000, 0, False)
    agreed = Agreed(HEADER.first_on, HEADER.last_on, (own,), (), units)
    at_issue, later = scheme("at-issue"), scheme("at-redemption", "2", date(2026, 4, 1))
    second = {"shop": "a-2"}
    parts = [
        grant("e1", A, A, 100),
        altered(grant("e2", A, A, 30), **second),
        altered(grant("e3", A, B, 500), **second),  # B pays for it, wherever it was given
        draw("e4", A, B, 44),
        altered(draw("e5", A, A, 7, scheme="2"), **second),  # costs it what it brings
        draw("e6", B, A, 9, scheme="2"),  # A's points, used elsewhere
        altered(draw("e7", A, HUB, 8, kind="return"), stead="a", stead_rule="base"),
    ]
    lines = papers(parts, (at_issue, later), MALL, agreed=agreed)  # type: ignore[arg-type]
    fees = -(130 - 8) - 12
    assert of(lines) == {"": -9 + fees, "takamatsu": -30, "tokushima": -100 + 44 + 8}
    file = sealed(lines)
    assert examine(file).faults == ()
    for at, line in enumerate(lines):
        if isinstance(line, Split | Unit):
            forged = [*lines]
            forged[at] = altered(line, unit="elsewhere" if line.unit else "a-1")
            assert examine(sealed(forged)).faults
        if isinstance(line, Split):
            assert examine(sealed([*lines[:at], *lines[at + 1 :]])).faults


@pytest.mark.parametrize(
    ("level", "parts"),
    [
        ("ENTITY", {}),
        ("ENTITY_FACILITY", {None: -20, "takamatsu": 0, "tokushima": 60}),
        ("SHOP", {None: -20, "A": 60, "A2": 40, "A3": -40}),
    ],
)
async def test_a_net_is_split_as_was_agreed_and_sums_to_what_is_stated(
    mall: Mall, tmp_path: Path, level: NetLevel, parts: dict[Any, int]
) -> None:
    """A has three shops in two facilities; 20 of its points are used at B."""
    a = await mall.shop("A", "tokushima")
    second = await mall.shop("A2", "takamatsu", of=a, tills=["T02"])
    third = await mall.shop("A3", "takamatsu", of=a, tills=["T03"])
    b = await mall.shop("B", "tokushima")
    hanako = await mall.member()
    await b.sells(hanako, yen=11_000)
    await a.accepts(hanako, points=60)
    await second.accepts(hanako, points=40)
    await mall.scheme("at-issue", date(2026, 6, 5))
    await a.sells(hanako, yen=2_200)
    await b.accepts(hanako, points=20)
    await mall.turn_to(date(2026, 6, 5))
    await third.sells(hanako, yen=4_400)
    await mall.terms(net_level=level)
    await mall.close(JUNE)
    assert (await mall.nets(JUNE))["A"] == 40
    async with mall.hub.pools.use("auditor") as conn:
        found = await (await conn.execute("SELECT unit, yen FROM settlement.splits")).fetchall()
    assert dict(found) == parts
    assert sum(parts.values()) in (0, 40)
    file = await mall.sealed(JUNE)
    assert examine(file).faults == ()
    (tmp_path / "sealed").write_bytes(b"".join(file))
    assert recompute(tmp_path / "sealed") == stated(tmp_path / "sealed")
