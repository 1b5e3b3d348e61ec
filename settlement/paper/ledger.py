"""仕訳: journals that balance, and how a bookkeeping program reads them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Literal

from msgspec import Struct, structs

Stage = Literal["provisional", "confirmed", "reversal"]
STAGES: dict[Stage, str] = {"provisional": "速報", "confirmed": "確定", "reversal": "洗替"}

# 税区分
SALES_10, NO_TAX, OUTSIDE = "課税売上10%", "不課税", "対象外"


class Move(Struct, frozen=True):
    """Yen on one account: debit (+) or credit (-)."""

    account: str
    yen: int
    sub: str = ""
    tax: str = OUTSIDE


class Journal(Struct, frozen=True):
    """One balanced entry of a book, dated, with what it is for and the statement it comes from."""

    on: date
    text: str
    number: str
    moves: tuple[Move, ...]
    stage: Stage = "confirmed"

    def __post_init__(self) -> None:
        """Debits equal credits, and no move is nothing."""
        assert sum(move.yen for move in self.moves) == 0, self
        assert all(move.yen for move in self.moves), self


Row = tuple[str, str, str, str, str, str, str, int, str, str, str]
HEAD = (
    "日付", "借方科目", "借方補助", "借方税区分", "貸方科目", "貸方補助", "貸方税区分", "金額",
    "摘要", "精算番号", "区分",
)  # fmt: skip


def journal(on: date, text: str, number: str, moves: Iterable[Move]) -> Journal | None:
    """A journal of these moves, those on one account added up; None where nothing is left."""
    summed: dict[tuple[str, str, str], int] = {}
    for move in moves:
        key = (move.account, move.sub, move.tax)
        summed[key] = summed.get(key, 0) + move.yen
    left = tuple(Move(a, yen, sub, tax) for (a, sub, tax), yen in summed.items() if yen)
    return Journal(on, text, number, left) if left else None


def staged(journals: Iterable[Journal], stage: Stage) -> list[Journal]:
    """The same journals, as 速報 or 確定."""
    return [structs.replace(one, stage=stage) for one in journals]


def reversed_(journals: Iterable[Journal]) -> list[Journal]:
    """洗替: what takes journals back, to the yen."""
    return [
        structs.replace(
            one,
            moves=tuple(structs.replace(move, yen=-move.yen) for move in one.moves),
            stage="reversal",
        )
        for one in journals
    ]


def rebooked(provisional: Sequence[Journal], confirmed: Sequence[Journal]) -> list[Journal]:
    """On confirmation: the provisional journals taken back, then the confirmed ones."""
    return [*reversed_(provisional), *staged(confirmed, "confirmed")]


def balances(journals: Iterable[Journal]) -> dict[tuple[str, str], int]:
    """What every account and sub-account comes to, where it is not nothing."""
    found: dict[tuple[str, str], int] = {}
    for one in journals:
        for move in one.moves:
            key = (move.account, move.sub)
            found[key] = found.get(key, 0) + move.yen
    return {key: yen for key, yen in found.items() if yen}


def rows(journals: Iterable[Journal]) -> Iterator[Row]:
    """One row for each pair of a debit and a credit: a compound entry is told in pairs."""
    for one in journals:
        for debit, credit, yen in pairs(one.moves):
            yield (
                one.on.isoformat(),
                debit.account,
                debit.sub,
                debit.tax,
                credit.account,
                credit.sub,
                credit.tax,
                yen,
                one.text,
                one.number,
                STAGES[one.stage],
            )


def pairs(moves: Sequence[Move]) -> Iterator[tuple[Move, Move, int]]:
    """Debits against credits, in order, each as far as it reaches."""
    debits = [[move, move.yen] for move in moves if move.yen > 0]
    credits_ = [[move, -move.yen] for move in moves if move.yen < 0]
    while debits and credits_:
        (debit, left), (credit, due) = debits[0], credits_[0]
        assert isinstance(debit, Move)
        assert isinstance(credit, Move)
        assert isinstance(left, int)
        assert isinstance(due, int)
        yen = min(left, due)
        yield debit, credit, yen
        debits[0][1], credits_[0][1] = left - yen, due - yen
        debits = debits[left == yen :]
        credits_ = credits_[due == yen :]
