"""From bytes to records and batches: the frame that every 全銀 file has, whatever stands in it."""

from msgspec import Struct

from settlement.bank.faults import Finding
from settlement.bank.refusals import BankFileNotReadable

HEADER, LINE, TRAILER, END = b"1", b"2", b"8", b"9"


class Batch(Struct, frozen=True):
    """1-2…-8: a header, its lines and its trailer, each with its number in the file (from 1)."""

    header: tuple[int, bytes]
    lines: tuple[tuple[int, bytes], ...]
    trailer: tuple[int, bytes]

    @property
    def business(self) -> str:
        """種別コード: what kind of file this is."""
        return self.header[1][1:3].decode("ascii", errors="replace")


def records(content: bytes, length: int) -> list[bytes]:
    """The records of a file, whose lines end with CRLF, LF or nothing; a lone CR is refused."""
    found: list[bytes] = []
    at = 0
    while at < len(content):
        one = content[at : at + length]
        if len(one) < length or b"\n" in one or b"\r" in one:
            raise unreadable("record-length", len(found) + 1, str(len(one.split(b"\r")[0])))
        found.append(one)
        at += length
        if content[at : at + 2] == b"\r\n":
            at += 2
        elif content[at : at + 1] == b"\n":
            at += 1
        elif content[at : at + 1] == b"\r":
            raise unreadable("line-end", len(found))
    return found


def batches(found: list[bytes]) -> list[Batch]:
    """1-2*-8, as often as it comes, then one 9 and nothing after it."""
    made: list[Batch] = []
    header: tuple[int, bytes] | None = None
    lines: list[tuple[int, bytes]] = []
    for at, one in enumerate(found, start=1):
        kind = one[:1]
        if kind == HEADER and header is None:
            header = (at, one)
        elif kind == LINE and header is not None:
            lines.append((at, one))
        elif kind == TRAILER and header is not None:
            made.append(Batch(header, tuple(lines), (at, one)))
            header, lines = None, []
        elif kind == END and header is None and made and at == len(found):
            return made
        else:
            raise unreadable("record-order", at, kind.decode("ascii", errors="replace"))
    raise unreadable("record-order", len(found) + 1)


def unreadable(fault: str, at_record: int = 0, seen: str = "") -> BankFileNotReadable:
    """The refusal that names the first thing that cannot be read, and where."""
    finding = Finding(fault, at_record, seen)
    return BankFileNotReadable(faults=[finding.fault], told=[finding.told])
