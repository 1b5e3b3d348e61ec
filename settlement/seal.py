"""封印: how a cycle's lines are bound together so that no one can change one unseen.

Each line but the last is a leaf: SHA-256(0x00 ‖ 32 salt bytes ‖ canonical line), so that whoever
sees only the hash of a neighbour's line cannot guess what it says. Two nodes make one:
SHA-256(0x01 ‖ left ‖ right); on each level an odd node moves up unchanged. The seal chains the
cycles: SHA-256(0x02 ‖ previous seal, or 32 zero bytes for the first ‖ root).
"""

import hmac
import re
from binascii import hexlify
from hashlib import sha256

from settlement.lines import Line, canonical

LEAF = re.compile(
    rb'\{"leaf":"([0-9a-f]{64})","line":(\{.*\}),"salt":"([0-9a-f]{64})"\}\n', re.DOTALL
)
FOOT = re.compile(
    rb'\{"leaves":(0|[1-9][0-9]{0,17}),"previous":(?:null|"([0-9a-f]{64})"),'
    rb'"root":"([0-9a-f]{64})","seal":"([0-9a-f]{64})"\}\n'
)
HASH = 32


def leaf(salt: bytes, line: bytes) -> bytes:
    """The hash of one salted line."""
    return sha256(b"\x00" + salt + line).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of two nodes."""
    return sha256(b"\x01" + left + right).digest()


def seal(previous: bytes | None, root: bytes) -> bytes:
    """The hash that stands for this cycle and all before it."""
    return sha256(b"\x02" + (previous or bytes(HASH)) + root).digest()


def salt(key: bytes, number: int) -> bytes:
    """The salt of a physical line: random to all who lack the cycle's key, and the same again."""
    return hmac.digest(key, number.to_bytes(8), "sha256")


class Tree:
    """A Merkle tree grown leaf by leaf: of what is complete only the peaks are kept."""

    def __init__(self, leaves: int = 0, peaks: bytes = b"") -> None:
        """Empty, or as far grown as `leaves` and `peaks` of another say."""
        self.leaves = leaves
        self._peaks = [peaks[at : at + HASH] for at in range(0, len(peaks), HASH)]
        assert len(self._peaks) == leaves.bit_count()

    @property
    def peaks(self) -> bytes:
        """The roots of its complete subtrees, the largest first."""
        return b"".join(self._peaks)

    def add(self, grown: bytes) -> None:
        """One more leaf: it joins its equals as long as there are any."""
        pairs = self.leaves
        while pairs & 1:
            grown = node(self._peaks.pop(), grown)
            pairs >>= 1
        self._peaks.append(grown)
        self.leaves += 1

    def root(self) -> bytes:
        """The hash over all leaves; what has no equal moves up until it meets a larger one."""
        *larger, root = self._peaks
        for peak in reversed(larger):
            root = node(peak, root)
        return root


class Sealer:
    """Writes the physical lines of a sealed file, from the start or from where another stopped."""

    def __init__(self, key: bytes, leaves: int = 0, peaks: bytes = b"") -> None:
        self._key = key
        self.tree = Tree(leaves, peaks)

    def write(self, line: Line) -> bytes:
        """The next physical line."""
        text = canonical(line)
        salted = salt(self._key, self.tree.leaves + 1)
        hashed = leaf(salted, text)
        self.tree.add(hashed)
        return physical(hashed, text, salted)

    def foot(self, previous: bytes | None) -> bytes:
        """The last physical line."""
        return foot(self.tree, previous)


def physical(hashed: bytes, text: bytes, salted: bytes) -> bytes:
    """A line as it lies in the file: its hash, what it says, its salt."""
    return b'{"leaf":"%b","line":%b,"salt":"%b"}\n' % (
        hexlify(hashed),
        text,
        hexlify(salted),
    )


def foot(tree: Tree, previous: bytes | None) -> bytes:
    """The last physical line: how many, on what, and the seal over all."""
    root = tree.root()
    return b'{"leaves":%d,"previous":%b,"root":"%b","seal":"%b"}\n' % (
        tree.leaves,
        b'"%b"' % previous.hex().encode() if previous else b"null",
        root.hex().encode(),
        seal(previous, root).hex().encode(),
    )
