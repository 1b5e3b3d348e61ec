"""消込の結果: what an expected payment and the bank's lines turn out to be to one another.

The docstring's two lines are what people read; each class holds the yen that explain it.
"""

from typing import ClassVar

from msgspec import Struct

from settlement.bank.incoming import Line


class Difference(Struct, frozen=True, tag=True):
    """消込の結果
    What matching found."""

    closes: ClassVar[bool] = False

    @property
    def told(self) -> str:
        """In Japanese and in English, with the yen."""
        lines = (type(self).__doc__ or "").strip().splitlines()
        japanese, english = (line.strip() for line in lines[:2])
        yen = ", ".join(
            f"{name.removesuffix('_yen')} {getattr(self, name):,}"
            for name in self.__struct_fields__
            if name.endswith("_yen")
        )
        return f"{japanese} / {english}" + (f" ({yen})" if yen else "")


class Settled(Difference, frozen=True):
    """全額が入出金され、消し込みました
    Paid in full."""

    closes = True
    paid_yen: int


class FeeDeducted(Difference, frozen=True):
    """振込手数料を差し引いて支払われました
    Paid, but for the transfer fee that the payer deducted."""

    closes = True
    paid_yen: int
    fee_yen: int


class PartPaid(Difference, frozen=True):
    """一部だけ支払われています
    Paid in part."""

    paid_yen: int
    open_yen: int


class PaidTwice(Difference, frozen=True):
    """同じ支払いが重複しています。返金または充当を決めてください
    Paid more than once: decide to give it back or to keep it for the next."""

    closes = True
    paid_yen: int
    surplus_yen: int


class PaidTooMuch(Difference, frozen=True):
    """請求より多く支払われています
    Paid too much."""

    closes = True
    paid_yen: int
    surplus_yen: int


class Returned(Difference, frozen=True):
    """組戻し: 振込が戻りました。口座を確かめて送り直してください
    The transfer came back: look at the account and send it again."""

    returned_yen: int
    fee_yen: int


class NotCollected(Difference, frozen=True):
    """口座振替ができませんでした
    The direct debit failed."""

    open_yen: int
    code: str


class NotPaid(Difference, frozen=True):
    """まだ支払われていません
    Not paid yet."""

    open_yen: int


class UnknownPayer(Difference, frozen=True):
    """どの予定とも結び付かない入出金です
    A line of the bank that belongs to nothing expected."""

    paid_yen: int


class SeveralFit(Difference, frozen=True):
    """複数の予定に当てはまるため、人が決めてください
    Several expected payments fit: somebody has to choose."""

    paid_yen: int
    parties: tuple[str, ...] = ()


class NoticeWithdrawn(Difference, frozen=True):
    """銀行が通知を取り消しました
    The bank withdrew its notice."""

    paid_yen: int


class BankFee(Difference, frozen=True):
    """銀行の手数料です
    A fee of the bank."""

    fee_yen: int


class Matched(Struct, frozen=True):
    """One expected payment, the lines that belong to it, and what that comes to."""

    expected: str
    party: str
    lines: tuple[Line, ...]
    difference: Difference


class Stray(Struct, frozen=True):
    """A line that belongs to nothing expected, and what it may be."""

    line: Line
    difference: Difference
