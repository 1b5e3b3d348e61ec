"""What a dispute left, in a sealed file: recomputed from the file alone, and found when it lies."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import UNSET

from settlement.fees import Agreed
from settlement.lines import Adjustment, Carry, Charge, Line, Terms
from settlement.verify import verify
from tests.settlement.papers import (
    AT_REDEMPTION,
    FIRST,
    HUB,
    LAST,
    PARTIES,
    A,
    B,
    altered,
    draw,
    forged,
    grant,
    opened,
    papers,
    sealed,
)
from tests.settlement.recompute import recompute
from tests.settlement.test_verify import stated

BEFORE = "2027-02-16"
DECIDED = (
    Adjustment("a", "d_1", "corrected", 121, BEFORE, "a", 121, 250),
    Adjustment("a", "d_1", "released", 121, BEFORE, "a", 121, -300),
    Adjustment("b", "d_1", "corrected", 201, BEFORE, "a", 121, -250),
    Adjustment("b", "d_1", "released", 201, BEFORE, "a", 121, 300),
)
FEE = (
    Adjustment("hub", "d_2", "corrected", 311, BEFORE, "a", 301, -200, UNSET, 800),
    Adjustment("hub", "d_2", "corrected", 611, BEFORE, "a", 601, -16, UNSET, 800),
    Adjustment("a", "d_2", "corrected", 301, BEFORE, "a", 301, 200, UNSET, 800),
    Adjustment("a", "d_2", "corrected", 601, BEFORE, "a", 601, 16, UNSET, 800),
)
TERMS = (Terms("a", 1, 500, 0, 0, 0, 0, 1_000, 500, False),)
PARTS = (grant("e1", A, A, 100), draw("e2", B, A, 60))


def file_of(*decided: Adjustment, terms: tuple[Terms, ...] = ()) -> list[bytes]:
    """A small cycle with what disputes left of an earlier one."""
    ranks = {party.party: place for place, party in enumerate(PARTIES)}
    in_order = sorted(
        decided,
        key=lambda one: (ranks[one.party], one.of_cycle, one.dispute, one.settles, one.code),
    )
    agreed = Agreed(FIRST, LAST, terms, (), (), tuple(in_order))
    return sealed(papers(PARTS, agreed=agreed))


FILE = file_of(*DECIDED, *FEE)


def settled(file: list[bytes]) -> dict[tuple[str, object, object], object]:
    """The lines that disputes left."""
    return {
        (one.party, one.settles, one.original): one.yen
        for one in opened(file)
        if isinstance(one, Charge) and one.code == 401
    }


def test_both_sides_of_a_decided_dispute_stand_in_the_file(tmp_path: Path) -> None:
    assert verify(FILE) == []
    assert settled(FILE) == {
        ("a", "corrected", 121): 250, ("a", "released", 121): -300, ("a", "corrected", 301): 200,
        ("a", "corrected", 601): 16, ("b", "corrected", 201): -250, ("b", "released", 201): 300,
        (HUB.party, "corrected", 311): -200, (HUB.party, "corrected", 611): -16,
    }  # fmt: skip
    path = tmp_path / "sealed"
    path.write_bytes(b"".join(FILE))
    assert recompute(path) == stated(path)


def test_what_disputes_left_counts_towards_the_least_that_is_paid() -> None:
    """A owes 60 for points, 50 for the fee and 5 of tax: too little, but with 1,500 held until now
    it pays."""
    carried = [one for one in opened(file_of(terms=TERMS)) if isinstance(one, Charge)]
    assert [(one.party, one.yen) for one in carried if one.carry == "out"] == [
        ("hub", -115), ("a", 115),
    ]  # fmt: skip
    held = tuple(one for one in DECIDED if one.settles == "released")
    large = tuple(altered(one, yen=5 * one.yen) for one in held)
    paid = file_of(*large, terms=TERMS)  # type: ignore[arg-type]
    assert verify(paid) == []
    assert not any(isinstance(one, Charge) and one.carry == "out" for one in opened(paid))


def first(lines: list[Line], kind: type[Line]) -> int:
    """Where the first line of a type stands."""
    return next(at for at, line in enumerate(lines) if isinstance(line, kind))


def one_side(lines: list[Line]) -> None:
    at = first(lines, Adjustment)
    lines[at] = altered(lines[at], yen=1)


def no_earlier_cycle(lines: list[Line]) -> None:
    for at, line in enumerate(lines):
        if isinstance(line, Adjustment) and line.dispute == "d_1":
            lines[at] = altered(line, of_cycle=FIRST.isoformat())


def a_stranger(lines: list[Line]) -> None:
    at = first(lines, Adjustment)
    lines[at] = altered(lines[at], of_party="nobody")


def left_out(lines: list[Line]) -> None:
    lines[:] = [one for one in lines if not isinstance(one, Adjustment) or one.dispute != "d_1"]


def another_line(lines: list[Line]) -> None:
    for at, line in enumerate(lines):
        if isinstance(line, Charge) and line.code == 401:
            lines[at] = altered(line, yen=7)
            return


def twice(lines: list[Line]) -> None:
    at = first(lines, Adjustment)
    lines.insert(at, lines[at])


@pytest.mark.parametrize(
    ("forge", "named"),
    [
        (one_side, "what dispute d_2 left does not sum to 0 yen"),
        (no_earlier_cycle, "is of no earlier cycle"),
        (a_stranger, "not among the parties: nobody"),
        (left_out, "nothing in the grants and draws gives this line"),
        (another_line, "recomputed, it is"),
        (twice, "out of order"),
    ],
)
def test_a_forged_adjustment_is_named_though_every_hash_fits(
    forge: Callable[[list[Line]], None], named: str
) -> None:
    assert any(named in fault.en for fault in verify(forged(FILE, forge)))


@pytest.mark.long
def test_whatever_single_byte_is_changed_the_verifier_finds_it() -> None:
    """Every byte of a file with every kind of input, one at a time."""
    ranks = sorted(DECIDED[1:4:2], key=lambda one: one.party)
    agreed = Agreed(FIRST, LAST, TERMS, (Carry("b", 7),), (), tuple(ranks))
    whole = b"".join(sealed(papers(PARTS, (AT_REDEMPTION,), (HUB, A, B), agreed=agreed)))
    assert verify(whole.splitlines(keepends=True)) == []
    missed = []
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1 + place % 255
        if not verify(bytes(changed).splitlines(keepends=True)):
            missed.append(place)
    assert missed == []
