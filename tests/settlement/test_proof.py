"""A party checks its own lines of a seal, and sees no line of a neighbour's."""

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given as whatever
from hypothesis import strategies as st

from settlement import seal
from settlement.commands import verify as command
from settlement.inclusion import HIDDEN, Prover, Regrown, Sealed, Subtree, concerns, head, hidden
from settlement.lines import Draw, Grant, Line, Party, Terms
from settlement.seal import FOOT, LEAF, Tree
from settlement.verify import verify
from settlement.verify_proof import Proved, prove
from tests.golden.golden import same
from tests.settlement.papers import EXAMPLE_2, A, B, C, draw, opened, papers, sealed
from tests.settlement.test_netting import AT_ISSUE, EXAMPLE_1, MALL

FILE = sealed(papers(EXAMPLE_2))
AT_ISSUE_FILE = sealed(papers(EXAMPLE_1, [AT_ISSUE], MALL))


def proof_of(file: Sequence[bytes], party: str) -> list[bytes]:
    """A proof as the hub gives it."""
    found = FOOT.fullmatch(file[-1])
    assert found is not None
    header = opened(file)[0]
    previous = bytes.fromhex(found[2].decode()) if found[2] else None
    root, sealed_as = bytes.fromhex(found[3].decode()), bytes.fromhex(found[4].decode())
    seen = Sealed(header.cycle, int(found[1]), previous, root, sealed_as)  # type: ignore[union-attr]
    prover = Prover(party, msgspec.json.encode(party))
    return [
        head(seen, msgspec.json.encode(party)),
        *(text for line in file for text in prover.read(line)),
    ]


def shown(proof: Sequence[bytes]) -> list[Line]:
    found = (LEAF.fullmatch(text) for text in proof)
    return [msgspec.json.decode(one[2], type=Line) for one in found if one is not None]  # type: ignore[arg-type]


def named(found: Proved) -> set[int]:
    return {fault.line for fault in found.faults}


@pytest.mark.parametrize("file", [FILE, AT_ISSUE_FILE], ids=["at redemption", "at issue"])
def test_every_party_proves_its_statement_from_its_own_lines(file: list[bytes]) -> None:
    assert verify(file) == []
    parties = [line for line in opened(file) if isinstance(line, Party)]
    nets = {line["party"]: line["yen"] for line in raw(file) if line["type"] == "net"}
    for party in parties:
        if party.kind in ("tenant", "facility"):
            found = prove(proof_of(file, party.party), json.loads(file[-1])["seal"])
            assert found.faults == (), party
            assert found.total_yen == nets[party.party]


def raw(file: Sequence[bytes]) -> list[dict[str, object]]:
    return [json.loads(text)["line"] for text in file[:-1]]


@pytest.mark.parametrize("party", [A.party, B.party, C.party])
def test_a_proof_has_all_that_concerns_its_party_and_nothing_else(party: str) -> None:
    own = [line for line in opened(FILE) if concerns(line, party)]
    proof = proof_of(FILE, party)
    assert shown(proof) == own
    assert set(proof) & set(FILE) == {
        text for text, line in zip(FILE[:-1], opened(FILE), strict=True) if line in own
    }
    theirs = [line for line in own if isinstance(line, Grant | Draw)]
    assert all(party in (line.funder, line.tenant, getattr(line, "stead", "")) for line in theirs)
    salts = {json.loads(text)["salt"] for text in FILE[:-1]} - {
        json.loads(text)["salt"] for text in proof if b'"salt"' in text
    }
    assert not any(salt.encode() in b"".join(proof) for salt in salts)


def test_whose_grant_was_taken_back_proves_it_though_neither_lot_nor_shop_were_its_own() -> None:
    """B takes back A's campaign points from a lot of C's: a line of all three (返品充当)."""
    taken = msgspec.structs.replace(
        draw("e9", B, C, 7, kind="return"), stead=A.party, stead_rule="campaign:x5"
    )
    file = sealed(papers([*EXAMPLE_2, taken]))
    assert verify(file) == []
    for party in (A, B, C):
        proof = proof_of(file, party.party)
        assert prove(proof).faults == ()
        assert taken in shown(proof)


def test_every_single_changed_byte_is_found_in_its_line() -> None:
    proof = min(
        (proof_of(FILE, one.party) for one in (A, B, C)), key=lambda one: sum(map(len, one))
    )
    assert prove(proof).faults == ()
    whole = b"".join(proof)
    starts = [sum(map(len, proof[:n])) for n in range(len(proof) + 1)]
    for number, (start, end) in enumerate(pairwise(starts), 1):
        for place in range(start, end):
            other = (1 << place % 8) or 1
            changed = bytearray(whole)
            changed[place] ^= other
            faults = named(prove(bytes(changed).splitlines(keepends=True)))
            assert number in faults, (number, place - start, chr(whole[place]))


def test_lines_that_are_left_out_moved_or_doubled_are_found() -> None:
    proof = proof_of(FILE, A.party)
    for n in range(1, len(proof)):
        assert prove([*proof[:n], *proof[n + 1 :]]).faults
        assert prove([*proof[: n + 1], *proof[n:]]).faults
        if n + 1 < len(proof):
            assert prove([*proof[:n], proof[n + 1], proof[n], *proof[n + 2 :]]).faults


def test_a_line_that_the_hub_keeps_from_its_party_is_missed() -> None:
    """A hash where a line of its own should stand: the tree holds, the sums do not."""
    proof = proof_of(FILE, A.party)
    for n, text in enumerate(proof):
        found = LEAF.fullmatch(text)
        if found is None or b'"type":"draw"' not in text:
            continue
        kept = hidden(Subtree(1, bytes.fromhex(found[1].decode())))
        assert prove([*proof[:n], kept, *proof[n + 1 :]]).faults, text
        break
    else:
        raise AssertionError("A has a draw")


def test_another_seal_party_or_statement_is_told() -> None:
    proof = proof_of(FILE, A.party)
    assert named(prove(proof, "0" * 64)) == {1}
    other = proof[0].replace(b'"party":"%b"' % A.party.encode(), b'"party":"%b"' % B.party.encode())
    assert named(prove([other, *proof[1:]])) == {1}


leaves = st.lists(st.sampled_from("abc"), min_size=1, max_size=70)


@whatever(leaves)
def test_any_subset_of_any_tree_grows_to_its_root(whose: list[str]) -> None:
    lines = [Terms(one, 1, n, 0, 0, 0, 0, 0, 0, prorated=False) for n, one in enumerate(whose)]
    sealer = seal.Sealer(b"k" * 32)
    physical = [sealer.write(line) for line in lines]
    prover, tree, seen = Prover("a", b'"a"'), Regrown(), 0
    for text in [*(t for line in physical for t in prover.read(line)), *prover.end()]:
        own, covered = LEAF.fullmatch(text), HIDDEN.fullmatch(text)
        if own is not None:
            seen += 1
            assert tree.graft(Subtree(1, bytes.fromhex(own[1].decode())))
        else:
            assert covered is not None
            assert tree.graft(Subtree(int(covered[3]), bytes.fromhex(covered[2].decode())))
    assert (tree.leaves, seen) == (len(whose), whose.count("a"))
    assert tree.root() == sealer.tree.root()


def test_a_proof_stays_small_beside_its_file() -> None:
    """One line of a thousand: ten hashes."""
    sealer, prover = seal.Sealer(b"k" * 32), Prover("a", b'"a"')
    lines = [Terms("a" if n == 512 else "b", 1, n, 0, 0, 0, 0, 0, 0, False) for n in range(1024)]
    proof = [text for line in lines for text in prover.read(sealer.write(line))]
    assert len([*proof, *prover.end()]) <= 11
    assert isinstance(sealer.tree, Tree)


def test_the_bytes_of_a_proof_stay_what_they_were() -> None:
    same("example-2.proof.ndjson", b"".join(proof_of(FILE, C.party)))


def test_the_command_says_what_holds_and_what_was_changed(tmp_path: Path) -> None:
    file = tmp_path / "proof.ndjson"
    proof = proof_of(FILE, A.party)
    file.write_bytes(b"".join(proof))
    told = CliRunner().invoke(command, ["--proof", str(file)])
    assert told.exit_code == 0, told.output
    assert "正しい証明です" in told.output
    file.write_bytes(b"".join([*proof[:2], proof[2].replace(b"0", b"1", 1), *proof[3:]]))
    told = CliRunner().invoke(command, ["--proof", str(file)])
    assert (told.exit_code, told.output.startswith("line 3: ")) == (1, True)
    told = CliRunner().invoke(command, ["--proof", "--previous", str(file), str(file)])
    assert told.exit_code == 2
