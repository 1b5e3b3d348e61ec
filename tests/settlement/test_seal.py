"""The tree and the file: how lines are bound together, byte for byte."""

import hashlib
import hmac
import json
from datetime import date
from pathlib import Path

import pytest

from settlement import seal
from settlement.lines import Draw, canonical, parse
from settlement.seal import Sealer, Tree
from tests.settlement.papers import EXAMPLE_2, KEY, A, B, draw, papers, party, sealed

GOLDEN = Path(__file__).parents[1] / "golden" / "example-2.sealed.ndjson"
OTHER = "ab" * 32


def root_by_levels(leaves: list[bytes]) -> bytes:
    """The definition: pair by pair, level by level, an odd node moving up unchanged."""
    while len(leaves) > 1:
        odd = leaves[len(leaves) & ~1 :]
        pairs = zip(leaves[::2], leaves[1::2], strict=False)
        leaves = [hashlib.sha256(b"\1" + left + right).digest() for left, right in pairs] + odd
    return leaves[0]


@pytest.mark.parametrize("count", [*range(1, 70), 127, 128, 129, 1000])
def test_the_tree_grown_leaf_by_leaf_is_the_tree_by_levels(count: int) -> None:
    leaves = [hashlib.sha256(bytes([n % 256, n // 256])).digest() for n in range(count)]
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    assert tree.root() == root_by_levels(leaves)


@pytest.mark.parametrize("stop", range(1, 21))
def test_a_tree_goes_on_from_its_peaks(stop: int) -> None:
    leaves = [bytes([n]) * 32 for n in range(21)]
    first = Tree()
    for leaf in leaves[:stop]:
        first.add(leaf)
    second = Tree(first.leaves, first.peaks)
    for leaf in leaves[stop:]:
        second.add(leaf)
    assert second.root() == root_by_levels(leaves)


def test_leaf_node_and_seal_are_hashes_of_different_kinds() -> None:
    """No leaf can pass for a node, no node for a seal."""
    left, right = b"l" * 32, b"r" * 32
    assert seal.leaf(left, right) == hashlib.sha256(b"\0" + left + right).digest()
    assert seal.node(left, right) == hashlib.sha256(b"\1" + left + right).digest()
    assert seal.seal(left, right) == hashlib.sha256(b"\2" + left + right).digest()
    assert seal.seal(None, right) == hashlib.sha256(b"\2" + bytes(32) + right).digest()


def test_the_sealed_file_is_what_it_was() -> None:
    """Golden bytes: once published, the form of a sealed file never changes."""
    file = b"".join(sealed(papers(EXAMPLE_2)))
    assert file == GOLDEN.read_bytes()


def test_lots_and_draws_stand_day_by_day_each_day_s_by_their_names() -> None:
    days = [date(2027, 3, day) for day in (1, 2, 3)]
    parts = [draw(name, B, A, 1, on=on) for on, name in zip(days, "zxy", strict=True)]
    parts.append(draw("a", B, A, 1, on=days[1]))
    told = [line.entry for line in papers(parts) if isinstance(line, Draw)]
    assert told == ["z", "a", "x", "y"]


def test_sealing_again_gives_the_same_bytes_and_another_key_others() -> None:
    assert sealed(papers(EXAMPLE_2)) == sealed(papers(EXAMPLE_2))
    other = sealed(papers(EXAMPLE_2), key=bytes(32))
    assert not set(sealed(papers(EXAMPLE_2))) & set(other)


def test_the_order_in_which_lots_and_draws_were_read_does_not_show() -> None:
    assert sealed(papers(EXAMPLE_2)) == sealed(papers(reversed(EXAMPLE_2)))


def test_a_sealer_goes_on_where_another_stopped() -> None:
    lines = papers(EXAMPLE_2)
    first = Sealer(KEY)
    written = [first.write(line) for line in lines[:7]]
    second = Sealer(KEY, first.tree.leaves, first.tree.peaks)
    written += [second.write(line) for line in lines[7:]]
    assert [*written, second.foot(None)] == sealed(lines)


def test_a_leaf_is_salted_by_the_cycle_s_key_and_its_number() -> None:
    for number, text in enumerate(sealed(papers(()))[:-1], 1):
        told = json.loads(text)
        salt = hmac.digest(KEY, number.to_bytes(8), "sha256")
        assert told["salt"] == salt.hex()
        line = json.dumps(told["line"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert told["leaf"] == hashlib.sha256(b"\0" + salt + line.encode()).hexdigest()


def test_the_seal_chains_to_the_one_before() -> None:
    lines = papers(EXAMPLE_2)
    first, chained = (json.loads(sealed(lines, previous)[-1]) for previous in (None, OTHER))
    assert first["root"] == chained["root"]
    assert chained["previous"] == OTHER
    after = hashlib.sha256(b"\2" + bytes.fromhex(OTHER) + bytes.fromhex(first["root"]))
    assert chained["seal"] == after.hexdigest() != first["seal"]


@pytest.mark.parametrize(
    "name", ['"\\/', "\u0001\n\t", "高松駅 玉藻アベニュー", "\u2028\x7f", "😀"]
)
def test_the_canonical_form_is_that_of_plain_json(name: str) -> None:
    """Anyone's JSON library with sorted keys and no white space writes the same line."""
    text = canonical(party(name, "tenant"))
    plain = json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert text == plain.encode()


def test_a_line_is_read_as_it_was_written() -> None:
    for line in papers(EXAMPLE_2):
        assert parse(canonical(line)) == line


@pytest.mark.parametrize(
    "text",
    [
        b'{"party":"a","type":"net","yen":1.0}',
        b'{"party":"a","type":"net","yen":1e2}',
        b'{"party":"a","type":"net","yen":"1"}',
        b'{"party":"a","type":"net","yen":true}',
        b'{"party":"a","type":"net","yen":null}',
        b'{"party":"a","type":"net","yen":-0}',
        b'{"party":"a","type":"net","yen":01}',
        b'{"party":"a","type":"net","yen": 1}',
        b'{"party":"a","yen":1,"type":"net"}',
        b'{"party":"a","type":"net","yen":1,"yen":2}',
        b'{"party":"a","party":"a","type":"net","yen":1}',
        b'{"more":1,"party":"a","type":"net","yen":1}',
        b'{"party":"\\u0061","type":"net","yen":1}',
        b'{"party":"\xff","type":"net","yen":1}',
        b'{"party":"\\ud800","type":"net","yen":1}',
        b'{"party":"a","type":"gift","yen":1}',
        b'{"party":"a","yen":1}',
        b'{"party":"","type":"net","yen":1}',
        b"{}",
        b"[]",
        b"",
        b"nets",
    ],
)
def test_there_is_one_way_to_write_a_line(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"JSON|Object|Expected|form|decode|Invalid|trunc"):
        parse(text)
