"""消込: what was expected against what the bank says happened, line by line and without guessing.

A line belongs to what its EDI information or customer code names; then to what its amount and kana
name fit; then to the party's oldest open amount. Two that fit equally well are left to people.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal

from msgspec import Struct

from settlement.bank.differences import (
    BankFee,
    Difference,
    FeeDeducted,
    Matched,
    NotCollected,
    NoticeWithdrawn,
    NotPaid,
    PaidTooMuch,
    PaidTwice,
    PartPaid,
    Returned,
    Settled,
    SeveralFit,
    Stray,
    UnknownPayer,
)
from settlement.bank.incoming import Line
from settlement.bank.kana import key

RETURNED = ("ｸﾐﾓﾄﾞｼ", "ｸﾐﾓﾄｼ", "ﾌﾘｺﾐﾍﾝｷﾝ", "ﾌﾘｺﾐﾍﾝｷﾔｸ")
FEE = ("ﾃｽｳﾘﾖｳ",)


class Expected(Struct, frozen=True):
    """What is to come in (+) or to go out (−), known by its own id, EDI information and names."""

    id: str
    party: str
    direction: Literal["in", "out"]
    yen: int
    due_on: date
    names: tuple[str, ...] = ()  # kana, of every account the party uses
    edi: str = ""
    customer: str = ""  # 顧客コード, 振込依頼人コード
    batch: str = ""  # what left in one file; some banks book it as one line


class Outcome(Struct, frozen=True):
    """What belongs together, and what belongs to nothing."""

    matched: tuple[Matched, ...]
    strays: tuple[Stray, ...]

    def of(self, expected: str) -> Difference:
        """What became of one expected payment."""
        return next(one.difference for one in self.matched if one.expected == expected)


class _Ledger:
    """What is open while lines are given out, one after the other."""

    def __init__(
        self, expected: Sequence[Expected], fees_yen: frozenset[int], failed: Mapping[str, str]
    ) -> None:
        self.expected = sorted(expected, key=lambda one: (one.due_on, one.id))
        self.fees_yen = fees_yen
        self.lines: dict[str, list[Line]] = {one.id: [] for one in expected}
        self.returned: dict[str, list[Line]] = {one.id: [] for one in expected}
        self.strays: list[Stray] = []
        self.named: dict[str, list[Expected]] = {}
        self.referred: dict[str, list[Expected]] = {}
        self.batches: dict[str, list[Expected]] = {}
        for one in self.expected:
            for name in dict.fromkeys(f"{one.direction} {key(name)}" for name in one.names):
                self.named.setdefault(name, []).append(one)
            for reference in _references(one.direction, one.edi, one.customer):
                self.referred.setdefault(reference, []).append(one)
            if one.batch and one.id not in failed:
                self.batches.setdefault(f"{one.direction} {one.batch}", []).append(one)

    def of_name(self, line: Line) -> list[Expected]:
        """What a line's name may belong to, the oldest first."""
        payer = key(line.payer)
        return self.named.get(f"{line.direction} {payer}", []) if payer else []

    def open_yen(self, one: Expected) -> int:
        """What is still to be paid."""
        return one.yen - sum(line.yen for line in self.lines[one.id])

    def fits(self, one: Expected, line: Line) -> bool:
        """Whether a line pays exactly what is open, or that less a known fee."""
        missing = self.open_yen(one) - line.yen
        return missing == 0 or (
            one.direction == "in" and missing in self.fees_yen and not self.lines[one.id]
        )

    def owner(self, candidates: Sequence[Expected], line: Line) -> Expected:
        """Whose a line is: what it fits, else what it repeats, else the oldest that is open."""
        fitting = [one for one in candidates if self.fits(one, line)]
        repeated = [one for one in candidates if one.yen == line.yen]
        unpaid = [one for one in candidates if self.open_yen(one) > 0]
        return (fitting or repeated or unpaid or candidates)[0]


def match(
    expected: Sequence[Expected],
    lines: Sequence[Line],
    fees_yen: frozenset[int] = frozenset(),
    failed: Mapping[str, str] | None = None,
) -> Outcome:
    """Who paid what; `fees_yen` are the transfer fees that payers may have deducted, `failed` the
    debits that the bank could not collect, by their ids, with its code."""
    failed = failed or {}
    ledger = _Ledger(expected, fees_yen, failed)
    sure = _without_withdrawn(ledger, sorted(lines, key=lambda one: (one.booked_on, one.reference)))
    left = [line for line in sure if not _by_reference(ledger, line)]
    left = [line for line in left if not _as_batch(ledger, line)]
    left = _comebacks(ledger, left)
    left = [line for line in left if not _by_amount_and_name(ledger, line)]
    for line in left:
        if not _by_name(ledger, line):
            ledger.strays.append(Stray(line, UnknownPayer(line.yen)))
    matched = []
    for one in ledger.expected:
        difference = _difference(ledger, one, failed.get(one.id))
        found = (*ledger.lines[one.id], *ledger.returned[one.id])
        matched.append(Matched(one.id, one.party, found, difference))
    return Outcome(tuple(matched), tuple(ledger.strays))


def _without_withdrawn(ledger: _Ledger, lines: Sequence[Line]) -> list[Line]:
    """A withdrawn notice takes the notice it withdraws along."""
    standing = [line for line in lines if not line.cancelled]
    for gone in (line for line in lines if line.cancelled):
        ledger.strays.append(Stray(gone, NoticeWithdrawn(gone.yen)))
        twin = next(
            (
                line
                for line in standing
                if (line.yen, line.direction, key(line.payer))
                == (gone.yen, gone.direction, key(gone.payer))
            ),
            None,
        )
        if twin is not None:
            standing.remove(twin)
    return standing


def _by_reference(ledger: _Ledger, line: Line) -> bool:
    for reference in _references(line.direction, line.edi.strip(), line.payer_code):
        if named := ledger.referred.get(reference, []):
            ledger.lines[ledger.owner(named, line).id].append(line)
            return True
    return False


def _references(direction: str, edi: str, code: str) -> Iterable[str]:
    """What a payment may be named by; a code of zeros names nobody."""
    if edi:
        yield f"{direction} edi {edi}"
    if code.lstrip("0"):
        yield f"{direction} code {code.lstrip('0')}"


def _as_batch(ledger: _Ledger, line: Line) -> bool:
    """Some banks book all transfers of a file as one line, and all debits that they collected."""
    for parts in ledger.batches.values():
        of_bank = parts[0].direction == line.direction and (len(parts) > 1 or not line.payer)
        if not of_bank or sum(one.yen for one in parts) != line.yen:
            continue
        if all(ledger.open_yen(one) == one.yen for one in parts):
            for one in parts:
                ledger.lines[one.id].append(_share(line, one.yen))
            return True
    return False


def _share(line: Line, yen: int) -> Line:
    return Line(
        reference=line.reference, booked_on=line.booked_on, direction=line.direction, yen=yen,
        payer=line.payer, summary=line.summary, manner=line.manner, value_on=line.value_on,
    )  # fmt: skip


def _comebacks(ledger: _Ledger, lines: Sequence[Line]) -> list[Line]:
    """組戻し: money of ours that comes back, as the bank says in its line, and the fee that it
    takes for that."""
    left = []
    came_back: list[str] = []
    for line in lines:
        one = _sent_to(ledger, line)
        if one is None:
            left.append(line)
        else:
            ledger.returned[one.id].append(line)
            came_back.append(one.id)
    for line in list(left):
        if line.direction == "out" and _says(line, FEE):
            left.remove(line)
            if _says(line, RETURNED) and came_back:
                ledger.returned[came_back.pop(0)].append(line)
            else:
                ledger.strays.append(Stray(line, BankFee(line.yen)))
    return left


def _sent_to(ledger: _Ledger, line: Line) -> Expected | None:
    if line.direction != "in" or not _says(line, RETURNED):
        return None
    fitting = [
        one
        for one in ledger.expected
        if one.direction == "out" and one.yen == line.yen and not ledger.returned[one.id]
    ]
    cited = [one for one in fitting if one.edi and one.edi == line.edi.strip()]
    named = [one for one in fitting if key(line.payer) in map(key, one.names)]
    chosen = cited or named or fitting
    return chosen[0] if len(chosen) == 1 else None


def _by_amount_and_name(ledger: _Ledger, line: Line) -> bool:
    fitting = [one for one in ledger.of_name(line) if ledger.fits(one, line)]
    parties = list(dict.fromkeys(one.party for one in fitting))
    if not fitting:
        return False
    if len(parties) > 1:
        ledger.strays.append(Stray(line, SeveralFit(line.yen, tuple(parties))))
        return True
    ledger.lines[fitting[0].id].append(line)
    return True


def _by_name(ledger: _Ledger, line: Line) -> bool:
    """One payment for everything that a party owes, else for its oldest open amount; and what comes
    once more when all is paid belongs to the payment that it repeats."""
    of_name = ledger.of_name(line)
    parties = list(dict.fromkeys(one.party for one in of_name))
    if not of_name:
        return False
    if len(parties) > 1:
        ledger.strays.append(Stray(line, SeveralFit(line.yen, tuple(parties))))
        return True
    unpaid = [one for one in of_name if ledger.open_yen(one) > 0]
    if len(unpaid) > 1 and sum(ledger.open_yen(one) for one in unpaid) == line.yen:
        for one in unpaid:
            ledger.lines[one.id].append(_share(line, ledger.open_yen(one)))
        return True
    ledger.lines[ledger.owner(of_name, line).id].append(line)
    return True


def _difference(ledger: _Ledger, one: Expected, failed: str | None) -> Difference:
    back = ledger.returned[one.id]
    if back:
        came = sum(line.yen for line in back if line.direction == "in")
        return Returned(came, sum(line.yen for line in back if line.direction == "out"))
    paid = [line.yen for line in ledger.lines[one.id]]
    missing = one.yen - sum(paid)
    if not paid:
        return NotCollected(one.yen, failed) if failed else NotPaid(one.yen)
    if missing == 0:
        return Settled(one.yen)
    if one.direction == "in" and missing in ledger.fees_yen:
        return FeeDeducted(sum(paid), missing)
    if missing > 0:
        return PartPaid(sum(paid), missing)
    if len(paid) > 1 and all(yen == one.yen for yen in paid):
        return PaidTwice(sum(paid), -missing)
    return PaidTooMuch(sum(paid), -missing)


def _says(line: Line, words: Iterable[str]) -> bool:
    said = "".join(f"{line.summary} {line.payer}".split())
    return any(word in said for word in words)
