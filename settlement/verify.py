"""検証: recompute a sealed file from its own lines, with no database and no trust in the hub.

First the hashes: a changed digit is named by its line. Where all of them hold, the matrix, every
statement line and every net is computed afresh from the grants and draws, so that a file that was
forged and hashed again is still named where it differs.
"""

from binascii import hexlify, unhexlify
from collections import deque
from collections.abc import Container, Iterable, Mapping

from msgspec import Struct

from settlement import seal
from settlement.adjusting import one_sided
from settlement.fees import CARRIED, Agreed
from settlement.lines import (
    SECTIONS,
    Adjustment,
    Agreement,
    Carry,
    Cell,
    Charge,
    Draw,
    Grant,
    Header,
    Line,
    Net,
    Order,
    Party,
    Result,
    Scheme,
    Split,
    Terms,
    Unit,
    canonical,
    order,
    parse,
)
from settlement.netting import settled
from settlement.splitting import results
from settlement.tally import Tally

LONGEST = 65_536
MOST_FAULTS = 100


class Fault(Struct, frozen=True):
    """What is wrong with one physical line."""

    line: int
    ja: str
    en: str

    @property
    def what(self) -> str:
        """In both languages."""
        return f"{self.ja} / {self.en}"

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}"


class Verdict(Struct, frozen=True):
    """What a sealed file says of itself, and everything that is wrong with it."""

    faults: tuple[Fault, ...]
    header: Header | None
    leaves: int
    parties: int
    grants: int
    draws: int
    seal: str | None
    carried_out: dict[str, int] = {}


def verify(lines: Iterable[bytes], expected_seal: str | None = None) -> list[Fault]:
    """Everything that is wrong with a sealed file; nothing, if it is what it was."""
    return list(examine(lines, expected_seal).faults)


def examine(
    lines: Iterable[bytes],
    expected_seal: str | None = None,
    expected_previous: str | None = None,
    expected_carries: Mapping[str, int] | None = None,
) -> Verdict:
    """Read a sealed file, line by line as it lies on disk, each with its LF."""
    verifier = Verifier(expected_seal, expected_previous, expected_carries)
    for line in lines:
        verifier.read(line)
        if verifier.hopeless:
            break
    return verifier.verdict()


class Verifier:
    """Reads one sealed file; keeps sums, not lines."""

    def __init__(
        self,
        expected_seal: str | None = None,
        expected_previous: str | None = None,
        expected_carries: Mapping[str, int] | None = None,
    ) -> None:
        self._expected_seal = expected_seal
        self._expected_previous = expected_previous
        self._expected_carries = expected_carries
        self._number = 0
        self._tree = seal.Tree()
        self._broken: list[Fault] = []  # a line that cannot be trusted
        self._wrong: list[Fault] = []  # lines that do not agree with one another
        self._foot: str | None = None
        self._section = -1
        self._last: Order = ()
        self._header: Header | None = None
        self._schemes: dict[str, Scheme] = {}
        self._parties: list[Party] = []
        self._ranks: dict[str, int] = {}
        self._counts = {Grant: 0, Draw: 0}
        self._tally: Tally | None = None
        self._due: deque[Result] | None = None
        self._owed_yen = 0
        self._terms: list[Terms] = []
        self._carries: list[Carry] = []
        self._units: list[Unit] = []
        self._adjustments: list[Adjustment] = []
        self._carried_out: dict[str, int] = {}

    @property
    def hopeless(self) -> bool:
        """Whether reading on would tell nothing new: no sealed file begins like this."""
        junk = self._number == 1 and bool(self._broken) and self._tree.leaves == 0
        return junk or len(self._broken) + len(self._wrong) >= MOST_FAULTS

    def read(self, text: bytes) -> None:
        """Take the next physical line."""
        self._number += 1
        if self._foot is not None:
            self._disbelieve("最終行の後に行があります", "there is a line after the last")
        elif text.startswith(b'{"leaves"'):
            self._read_foot(text)
        else:
            self._read_leaf(text)

    def verdict(self) -> Verdict:
        """What is to be said now that the file is at its end."""
        if self._number == 0:
            self._number = 1
            self._disbelieve("ファイルが空です", "the file is empty")
        elif self._foot is None and not self.hopeless:
            self._disbelieve(
                "最終行（ルートと封印）がありません", "the last line, root and seal, is missing"
            )
        return Verdict(
            faults=tuple(self._broken or sorted(self._wrong, key=lambda fault: fault.line)),
            header=self._header,
            leaves=self._tree.leaves,
            parties=len(self._parties),
            grants=self._counts[Grant],
            draws=self._counts[Draw],
            seal=self._foot,
            carried_out=self._carried_out,
        )

    def _disbelieve(self, ja: str, en: str) -> None:
        self._broken.append(Fault(self._number, ja, en))

    def _object(self, ja: str, en: str) -> None:
        self._wrong.append(Fault(self._number, ja, en))

    def _read_leaf(self, text: bytes) -> None:
        found = seal.LEAF.fullmatch(text) if len(text) <= LONGEST else None
        if found is None:
            self._disbelieve(
                "封印ファイルの行ではありません", "this is not a line of a sealed file"
            )
            return
        hashed = seal.leaf(unhexlify(found[3]), found[2])
        self._tree.add(hashed)
        if hexlify(hashed) != found[1]:
            self._disbelieve(
                "行とハッシュが合いません。書き換えられています",
                "changed: the line does not fit its hash",
            )
            return
        try:
            line = parse(found[2])
        except (ValueError, RecursionError):
            self._disbelieve("書式が違います", "not in the form of a sealed line")
            return
        if not self._broken:
            self._read_line(line)

    def _read_line(self, line: Line) -> None:
        try:
            place = order(line, self._ranks)
        except KeyError as party:
            self._object(f"{party} は当事者の一覧にありません", f"{party} is not among the parties")
            return
        section = SECTIONS.index(type(line))
        if (section, place) <= (self._section, self._last) or (self._number == 1) != (section == 0):
            self._object("行の順序が違います", "out of order")
        self._section, self._last = section, place
        match line:
            case Header():
                self._read_header(line)
            case Scheme():
                self._once(line.scheme, self._schemes)
                self._attributes(line)
                self._schemes[line.scheme] = line
            case Party():
                self._once(line.party, self._ranks)
                self._ranks[line.party] = len(self._ranks)
                self._parties.append(line)
            case Terms() | Carry() | Adjustment() | Unit():
                self._agree(line)
            case Grant() | Draw():
                self._count(line)
            case Cell() | Charge() | Net() | Split():
                self._compare(line)

    def _read_header(self, header: Header) -> None:
        self._header = header
        if header.cycle != header.first_on.isoformat() or header.last_on < header.first_on:
            self._object("締め期間が正しくありません", "the cycle's days do not agree")
        if self._expected_previous not in (None, header.previous):
            self._object(
                "前回の封印と合いません", "the previous seal is not that of the given file"
            )

    def _once(self, name: str, known: Container[str]) -> None:
        if name in known:
            self._object(f"{name} が重複しています", f"{name} is stated twice")

    def _attributes(self, scheme: Scheme) -> None:
        if scheme.attribution == "PROPORTIONAL" and scheme.funding != "at-redemption":
            self._object(
                "按分は利用時負担だけです", "only what is paid at redemption is attributed"
            )

    def _agree(self, line: Agreement) -> None:
        """Take what was agreed with a party, or decided; somebody must be there to receive it."""
        if isinstance(line, Unit):
            self._units.append(line)
        elif isinstance(line, Adjustment):
            self._adjust(line)
        elif all(party.kind != "operator" for party in self._parties):
            self._object("運営者の行がありません", "there is no operator among the parties")
        if isinstance(line, Terms):
            self._terms.append(line)
        elif isinstance(line, Carry):
            self._carries.append(line)

    def _adjust(self, line: Adjustment) -> None:
        """Take what a dispute left; the line that it was about is of one of the parties."""
        if line.of_party not in self._ranks:
            self._object("当事者の一覧にありません", f"not among the parties: {line.of_party}")
        self._adjustments.append(line)

    def _count(self, part: Grant | Draw) -> None:
        header = self._header
        scheme = self._schemes.get(part.scheme)
        if header is None or scheme is None:
            self._object("精算方式の行がありません", f"scheme {part.scheme} is not stated")
            return
        funder, tenant = part.funder, settled(part).tenant
        if funder not in self._ranks or tenant not in self._ranks:
            strangers = ", ".join(sorted({funder, tenant} - self._ranks.keys()))
            self._object("当事者の一覧にありません", f"not among the parties: {strangers}")
            return
        if part.business_date > header.last_on:
            self._object("次期の営業日です", "its business date belongs to a later cycle")
        self._tally = self._tally or self._empty()
        try:
            self._tally.add(part, scheme, part.business_date < header.first_on)
        except ValueError as why:
            self._object("ポイントの符号が正しくありません", str(why))
        except LookupError as kind:
            self._object(f"当事者 {kind} がありません", f"there is no party of kind {kind}")
        self._counts[type(part)] += 1

    def _compare(self, line: Result) -> None:
        """Hold a result of the file against the next one that the grants and draws give."""
        place = self._placed(line)
        due = self._computed()
        while due and self._placed(due[0]) < place:
            self._miss(due.popleft())
        if due and self._placed(due[0]) == place:
            computed = due.popleft()
            if computed != line:
                right = canonical(computed).decode()
                self._object(f"再計算と合いません。正しくは {right}", f"recomputed, it is {right}")
        else:
            self._object(
                "明細から出てこない行です", "nothing in the grants and draws gives this line"
            )
        if isinstance(line, Net):
            self._owed_yen += line.yen
        elif isinstance(line, Charge) and (line.code, line.carry) == (CARRIED, "out"):
            self._carried_out[line.party] = -(line.yen or 0)

    def _computed(self) -> deque[Result]:
        if self._due is None:
            self._check_disputes()
            tally = self._tally or self._empty()
            try:
                self._due = deque(
                    results(
                        tally.flows(),
                        tally.entries,
                        self._parties,
                        self._agreed(),
                        tally.yen_by_shop,
                    )
                )
            except LookupError:
                self._due = deque()  # a role that no party plays was named before
        return self._due

    def _agreed(self) -> Agreed:
        if self._header is None:
            return Agreed()
        days = (self._header.first_on, self._header.last_on)
        units, decided = tuple(self._units), tuple(self._adjustments)
        return Agreed(*days, tuple(self._terms), tuple(self._carries), units, decided)

    def _check_disputes(self) -> None:
        """What a dispute brings one side it costs the other; else nothing of it counts."""
        cycle = self._header.cycle if self._header else ""
        for dispute in one_sided(self._adjustments, cycle):
            self._object(
                f"異議 {dispute} の調整の合計が 0 円でないか、前期のものではありません",
                f"what dispute {dispute} left does not sum to 0 yen, or is of no earlier cycle",
            )
            self._adjustments = [one for one in self._adjustments if one.dispute != dispute]

    def _empty(self) -> Tally:
        return Tally(self._parties, (unit.party for unit in self._units))

    def _placed(self, line: Result) -> tuple[int, Order]:
        return SECTIONS.index(type(line)), order(line, self._ranks)

    def _miss(self, computed: Result) -> None:
        missing = canonical(computed).decode()
        self._object(
            f"この前に行が抜けています: {missing}", f"before this, a line is missing: {missing}"
        )

    def _read_foot(self, text: bytes) -> None:
        found = seal.FOOT.fullmatch(text)
        if found is None or self._tree.leaves == 0:
            self._disbelieve("最終行の書式が違います", "the last line is not in its form")
            return
        self._foot = found[4].decode()
        if self._broken:
            return
        for computed in self._computed():
            self._miss(computed)
        if self._owed_yen != 0:
            self._object(
                "差引の合計が 0 円になりません", f"the nets sum to {self._owed_yen} yen, not 0"
            )
        if int(found[1]) != self._tree.leaves:
            self._object(
                f"行数が合いません（{self._tree.leaves} 行あります）",
                f"{found[1].decode()} lines are stated, {self._tree.leaves} are there",
            )
        if self._tree.root().hex().encode() != found[3]:
            self._object(
                "ルートが合いません。行の追加・削除・入れ替えがあります",
                "the root does not fit: a line was added, removed or moved",
            )
        self._check_chain(found[2], found[3], found[4])
        self._check_carries()

    def _check_chain(self, previous: bytes | None, root: bytes, sealed: bytes) -> None:
        before = bytes.fromhex(previous.decode()) if previous else None
        stated = self._header.previous if self._header else None
        if (previous.decode() if previous else None) != stated:
            self._object(
                "前回の封印が先頭行と違います", "the previous seal is not that of the first line"
            )
        if seal.seal(before, bytes.fromhex(root.decode())).hex().encode() != sealed:
            self._object("封印が合いません", "the seal does not fit root and previous seal")
        if self._expected_seal is not None and self._expected_seal != sealed.decode():
            self._object("示された封印と違います", "the seal is not the one that was given")

    def _check_carries(self) -> None:
        """What was carried in is what the given file carried out, but for the operator's mirror."""
        if self._expected_carries is None:
            return
        operators = {party.party for party in self._parties if party.kind == "operator"}
        before = {p: yen for p, yen in self._expected_carries.items() if p not in operators}
        if before != {line.party: line.yen for line in self._carries}:
            self._object(
                "前期繰越が前回の次期繰越と合いません",
                "what is carried in is not what the given file carried out",
            )
