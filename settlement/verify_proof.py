"""証明の検証: check a party's proof with no database, no neighbour's line and no trust in the hub.

Its lines and the hashes between them grow to the root that was sealed; its grants and draws are
counted into its matrix, statement, net and splits, and come to the lines that were sealed.
"""

from collections.abc import Iterable, Mapping

import msgspec
from msgspec import Struct

from settlement import seal
from settlement.fees import Agreed
from settlement.inclusion import HEAD, HIDDEN, Regrown, Sealed, Subtree, check, concerns
from settlement.lines import (
    SECTIONS,
    Adjustment,
    Carry,
    Cell,
    Charge,
    Draw,
    Grant,
    Header,
    Line,
    Net,
    Party,
    Result,
    Scheme,
    Split,
    Terms,
    Unit,
    canonical,
    parse,
)
from settlement.netting import settled
from settlement.splitting import results
from settlement.statement import TOTAL, Statement, StatementLine
from settlement.tally import Tally
from settlement.verify import LONGEST, MOST_FAULTS, Fault

Place = tuple[object, ...]
WHOLE: Place = (Charge, TOTAL, 0, "", "", "", 0)  # the last line of a statement


class Proved(Struct, frozen=True):
    """What a proof says, and everything that is wrong with it."""

    faults: tuple[Fault, ...]
    sealed: Sealed | None
    party: str
    shown: int
    grants: int
    draws: int
    total_yen: int | None


def prove(
    lines: Iterable[bytes], expected_seal: str | None = None, stated: Statement | None = None
) -> Proved:
    """Read a proof, line by line as it lies on disk; `stated` is the party's statement as it got
    it, to be compared."""
    checker = Checker(expected_seal, stated)
    for line in lines:
        checker.read(line)
        if checker.hopeless:
            break
    return checker.verdict()


class Checker:
    """Reads one proof; keeps sums, and the lines of one statement."""

    def __init__(self, expected_seal: str | None = None, stated: Statement | None = None) -> None:
        self._expected_seal = expected_seal
        self._stated = stated
        self._number = 0
        self._broken: list[Fault] = []  # a line that cannot be trusted
        self._wrong: list[Fault] = []  # lines that do not agree with one another
        self._sealed: Sealed | None = None
        self._party = ""
        self._tree = Regrown()
        self._shown = 0
        self._section = 0
        self._header: Header | None = None
        self._schemes: dict[str, Scheme] = {}
        self._parties: dict[str, Party] = {}
        self._under: list[Terms | Carry | Adjustment | Unit] = []
        self._tally: Tally | None = None
        self._counts = {Grant: 0, Draw: 0}
        self._found: dict[Place, tuple[int, Result]] = {}

    @property
    def hopeless(self) -> bool:
        """Whether reading on would tell nothing new."""
        begins = self._number == 1 and self._sealed is None
        return begins or len(self._broken) + len(self._wrong) >= MOST_FAULTS

    def read(self, text: bytes) -> None:
        """Take the next physical line."""
        self._number += 1
        if self._number == 1:
            self._read_head(text)
        elif text.startswith(b'{"check"'):
            self._read_hidden(text)
        else:
            self._read_shown(text)

    def verdict(self) -> Proved:
        """What is to be said now that the file is at its end."""
        if self._number == 0:
            self._number = 1
            self._disbelieve("ファイルが空です", "the file is empty")
        if not self._broken:
            self._check_tree()
            self._compute()
        total = self._found.get(WHOLE)
        return Proved(
            tuple(self._broken or sorted(self._wrong, key=lambda fault: fault.line)),
            self._sealed,
            self._party,
            self._shown,
            self._counts[Grant],
            self._counts[Draw],
            total[1].yen or 0 if total is not None and isinstance(total[1], Charge) else None,
        )

    def _disbelieve(self, ja: str, en: str) -> None:
        self._broken.append(Fault(self._number, ja, en))

    def _object(self, ja: str, en: str, line: int | None = None) -> None:
        self._wrong.append(Fault(line or self._number, ja, en))

    def _read_head(self, text: bytes) -> None:
        found = HEAD.fullmatch(text) if len(text) <= LONGEST else None
        if found is None or not whole(text, found[1]):
            self._disbelieve("証明ファイルの先頭行ではありません", "no proof begins like this")
            return
        try:
            self._party = msgspec.json.decode(found[4], type=str)
        except ValueError:
            self._disbelieve("証明ファイルの先頭行ではありません", "no proof begins like this")
            return
        previous, root, sealed = (hexed(found[n]) for n in (5, 6, 7))
        assert root is not None
        assert sealed is not None
        self._sealed = Sealed(found[2].decode(), int(found[3]), previous, root, sealed)
        if seal.seal(previous, root) != sealed:
            self._object("封印が合いません", "the seal does not fit root and previous seal")
        if self._expected_seal is not None and self._expected_seal != sealed.hex():
            self._object("示された封印と違います", "the seal is not the one that was given")

    def _read_hidden(self, text: bytes) -> None:
        found = HIDDEN.fullmatch(text)
        if found is None or not whole(text, found[1]):
            self._disbelieve("ハッシュの行が書き換えられています", "changed: a line of a hash")
            return
        if not self._tree.graft(Subtree(int(found[3]), bytes.fromhex(found[2].decode()))):
            self._object("この位置に置けない部分木です", "this subtree cannot stand here")

    def _read_shown(self, text: bytes) -> None:
        found = seal.LEAF.fullmatch(text) if len(text) <= LONGEST else None
        if found is None:
            self._disbelieve("証明ファイルの行ではありません", "this is not a line of a proof")
            return
        hashed = seal.leaf(bytes.fromhex(found[3].decode()), found[2])
        self._tree.graft(Subtree(1, hashed))
        self._shown += 1
        if hashed.hex().encode() != found[1]:
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
        section = SECTIONS.index(type(line))
        if section < self._section or (self._tree.leaves == 1) != (section == 0):
            self._object("行の順序が違います", "out of order")
        self._section = section
        if not concerns(line, self._party):
            self._object("この当事者の行ではありません", "this line is not this party's")
        match line:
            case Header():
                self._header = line
            case Scheme():
                self._schemes[line.scheme] = line
            case Party():
                self._parties[line.party] = line
            case Grant() | Draw():
                self._count(line)
            case Cell() | Charge() | Net() | Split():
                self._found[placed(line)] = self._number, line
            case _:
                self._under.append(line)

    def _count(self, part: Grant | Draw) -> None:
        scheme = self._schemes.get(part.scheme)
        if self._header is None or scheme is None:
            self._object("精算方式の行がありません", f"scheme {part.scheme} is not stated")
            return
        if self._tally is None:
            self._tally = self._empty()
        late = part.business_date < self._header.first_on
        for code in (part.funder, part.tenant, settled(part).tenant):
            self._parties.setdefault(code, Party(code, "tenant", code, code))
        try:
            self._tally.add(part, scheme, late)
        except ValueError as why:
            self._object("ポイントの符号が正しくありません", str(why))
        except LookupError as kind:
            self._object(f"当事者 {kind} がありません", f"there is no party of kind {kind}")
        self._counts[type(part)] += 1

    def _empty(self) -> Tally:
        split = {one.party for one in self._under if isinstance(one, Unit)}
        return Tally(self._parties.values(), split)

    def _check_tree(self) -> None:
        sealed = self._sealed
        if sealed is None:
            return
        if self._header is None:
            self._object("封印ファイルの先頭行がありません", "the first sealed line is missing")
        elif (self._header.cycle, self._header.previous) != (
            sealed.cycle,
            sealed.previous.hex() if sealed.previous else None,
        ):
            self._object(
                "先頭行の期・前回の封印が違います", "another cycle, or another seal before it", 1
            )
        if sealed.leaves != self._tree.leaves:
            self._object(
                f"行数が合いません（{self._tree.leaves} 行あります）",
                f"{sealed.leaves} lines are stated, {self._tree.leaves} are accounted for",
            )
        if self._tree.root() != sealed.root:
            self._object(
                "ルートが合いません。行の追加・削除・入れ替えがあります",
                "the root does not fit: a line was added, removed or moved",
            )

    def _compute(self) -> None:
        """Hold what its lines come to against what was sealed for it."""
        if self._header is None or self._wrong:
            return
        tally = self._tally or self._empty()
        agreed = Agreed(
            self._header.first_on,
            self._header.last_on,
            tuple(one for one in self._under if isinstance(one, Terms)),
            tuple(one for one in self._under if isinstance(one, Carry)),
            tuple(one for one in self._under if isinstance(one, Unit)),
            tuple(one for one in self._under if isinstance(one, Adjustment)),
        )
        try:
            computed = results(
                tally.flows(),
                tally.entries,
                list(self._parties.values()),
                agreed,
                tally.yen_by_shop,
            )
        except LookupError as kind:
            self._object(f"当事者 {kind} がありません", f"there is no party of kind {kind}")
            return
        due = {placed(one): one for one in computed if concerns(one, self._party)}
        for place, (number, line) in self._found.items():
            if due.pop(place, None) != line:
                self._object(
                    "自分の明細から再計算した値と合いません",
                    "it is not what its own grants and draws come to",
                    number,
                )
        for missing in due.values():
            text = canonical(missing).decode()
            self._object(f"行が抜けています: {text}", f"a line is missing: {text}")
        if self._stated is not None:
            self._compare(self._stated)

    def _compare(self, stated: Statement) -> None:
        """The statement that the party was given says the same."""
        own: Mapping[Place, object] = {
            place: (line.points, line.entries, line.yen)
            for place, (_, line) in self._found.items()
            if isinstance(line, Charge)
        }
        given: Mapping[Place, object] = {
            of_line(line): (line.points, line.entries, line.yen) for line in stated.lines
        }
        whose = stated.party.party, stated.cycle
        sealed = self._sealed.cycle if self._sealed else ""
        if whose != (self._party, sealed) or own != given:
            self._object("精算書と合いません", "the statement that was given says otherwise", 1)


def placed(line: Result) -> Place:
    """What line of the results it is."""
    match line:
        case Cell():
            return Cell, line.funder, line.tenant
        case Charge():
            return of_line(line)
        case Net():
            return (Net,)
        case Split():
            return Split, line.unit or ""


def of_line(line: Charge | StatementLine) -> Place:
    """Which line of a statement it is; there is one for each dispute's cycle and outcome."""
    after = line.of_cycle or "", line.settles or "", line.tax_bp or 0
    return Charge, line.code, line.original or 0, line.carry or "", *after


def whole(text: bytes, stated: bytes) -> bool:
    """Whether a line that has a check of its own is as it was written."""
    return check(text[len(b'{"check":"0123456789abcdef",') : -len(b"}\n")]) == stated


def hexed(found: bytes | None) -> bytes | None:
    """Bytes from their hexadecimal digits."""
    return bytes.fromhex(found.decode()) if found else None
