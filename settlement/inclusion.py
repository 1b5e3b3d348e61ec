"""包含証明: a party's own lines of a sealed file, and of all others only hashes. Pure.

One walk over the file, from left to right: a line that concerns the party stays as it was sealed, a
run of others becomes the roots of the largest complete subtrees that cover it. So the walk of a
checker grows the very tree that was sealed, and neither keeps more than a few hashes per level.
"""

import re
from collections.abc import Iterator
from hashlib import sha256

from msgspec import Struct

from settlement.lines import Cell, Draw, Grant, Header, Line, Party, PartyKind, Scheme, parse
from settlement.seal import HASH, LEAF, node

FORMAT = 1
# Whose statement is drawn from everybody's lines; for these there is the sealed file itself.
EVERYBODYS: tuple[PartyKind, ...] = ("operator", "fund", "promotion")
# How lines end that may be everybody's, whomever they name.
EVERYBODYS_LINES = (b'"type":"header"}', b'"type":"scheme"}', b'"type":"party"}')
HIDDEN = re.compile(
    rb'\{"check":"([0-9a-f]{16})","hash":"([0-9a-f]{64})","leaves":([1-9][0-9]{0,17})\}\n'
)
HEAD = re.compile(
    rb'\{"check":"([0-9a-f]{16})","cycle":"([0-9-]{10})","leaves":([1-9][0-9]{0,17}),'
    rb'"party":("(?:[^"\\]|\\.)*"),"previous":(?:null|"([0-9a-f]{64})"),"proof":1,'
    rb'"root":"([0-9a-f]{64})","seal":"([0-9a-f]{64})"\}\n',
    re.DOTALL,
)


class Subtree(Struct, frozen=True):
    """The root over so many leaves, a power of two of them, that stand together."""

    leaves: int
    root: bytes


class Sealed(Struct, frozen=True):
    """What everyone may know of a seal."""

    cycle: str
    leaves: int
    previous: bytes | None
    root: bytes
    seal: bytes


def check(text: bytes) -> bytes:
    """Eight bytes that tell a line of a proof whose digit was changed from one that was not; what
    holds the lines together is the root."""
    return sha256(b"\x03" + text).digest()[:8].hex().encode()


def checked(said: bytes) -> bytes:
    """An object's members as a physical line, their check before them."""
    return b'{"check":"%b",%b}\n' % (check(said), said)


def head(sealed: Sealed, party: bytes) -> bytes:
    """The first line of a proof: whose it is, and of which seal; `party` is its code in JSON."""
    return checked(
        b'"cycle":"%b","leaves":%d,"party":%b,"previous":%b,"proof":1,"root":"%b","seal":"%b"'
        % (
            sealed.cycle.encode(),
            sealed.leaves,
            party,
            b'"%b"' % sealed.previous.hex().encode() if sealed.previous else b"null",
            sealed.root.hex().encode(),
            sealed.seal.hex().encode(),
        )
    )


def hidden(covered: Subtree) -> bytes:
    """A line that stands for others' lines."""
    return checked(b'"hash":"%b","leaves":%d' % (covered.root.hex().encode(), covered.leaves))


def concerns(line: Line, party: str) -> bool:
    """Whether a party may see a line: it stands in it, or the line says by which rules all go, or
    who plays the parts that the catalogue of statements names."""
    match line:
        case Header() | Scheme():
            return True
        case Party():
            return line.party == party or line.kind in EVERYBODYS
        case Grant() | Cell():
            return party in (line.funder, line.tenant)
        case Draw():
            return party in (line.funder, line.tenant, line.stead)
        case _:
            return line.party == party


class Prover:
    """Turns the physical lines of a sealed file into those of one party's proof."""

    def __init__(self, party: str, coded: bytes) -> None:
        """For a party; `coded` is its code in JSON, which any line that names it contains."""
        self._party, self._coded = party, coded
        self._leaves = 0
        self._covered: list[Subtree] = []

    def read(self, text: bytes) -> Iterator[bytes]:
        """Take the next line of the file; what can be written by now."""
        found = LEAF.fullmatch(text)
        if found is None:
            yield from self.end()
            return
        if self._may_see(found[2]):
            yield from self.end()
            yield text
        else:
            self._cover(bytes.fromhex(found[1].decode()))
        self._leaves += 1

    def end(self) -> Iterator[bytes]:
        """What stands for the lines that were covered since the last that was shown."""
        for covered in self._covered:
            yield hidden(covered)
        self._covered = []

    def _may_see(self, line: bytes) -> bool:
        named = self._coded in line or line.endswith(EVERYBODYS_LINES)
        return named and concerns(parse(line), self._party)

    def _cover(self, root: bytes) -> None:
        """One more leaf that is not shown: equals that stand in one larger subtree become it."""
        size = 1
        while (
            self._covered
            and self._covered[-1].leaves == size
            and (self._leaves + 1) % (2 * size) == 0
        ):
            root = node(self._covered.pop().root, root)
            size *= 2
        self._covered.append(Subtree(size, root))


class Regrown:
    """The sealed tree, grown from leaves and from whole subtrees."""

    def __init__(self) -> None:
        self.leaves = 0
        self._peaks: list[bytes] = []

    def graft(self, grown: Subtree) -> bool:
        """Subtrees follow one another as they stood; False where one cannot stand here."""
        size = grown.leaves
        if size & (size - 1) or self.leaves % size:
            return False
        pairs, root = self.leaves // size, grown.root
        while pairs & 1:
            root = node(self._peaks.pop(), root)
            pairs >>= 1
        self._peaks.append(root)
        self.leaves += size
        return True

    def root(self) -> bytes:
        """The hash over all leaves, as `seal.Tree` has it."""
        *larger, root = self._peaks or [bytes(HASH)]
        for peak in reversed(larger):
            root = node(peak, root)
        return root
