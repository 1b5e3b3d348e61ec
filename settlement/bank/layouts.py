"""全銀フォーマットの表: each record of 120 bytes as data, after 全銀協's 適用業務およびレコード・
フォーマット (総合振込 種別 21, 預金口座振替 種別 91; domain 4.1 and 4.2).

`N` is digits, right-aligned and filled with zeros; `C` is one-byte letters, left-aligned and filled
with spaces. A field named `filler…` says nothing and is not read.
"""

from typing import Literal

from msgspec import Struct

Letters = Literal["any", "branch", "party", "edi"]
LENGTH = 120


class Field(Struct, frozen=True):
    """One field: its name, kind, length in bytes, and which letters it may hold."""

    name: str
    kind: Literal["N", "C"]
    length: int
    letters: Letters = "any"


Record = tuple[Field, ...]


def number(name: str, length: int) -> Field:
    """A field of digits."""
    return Field(name, "N", length)


def text(name: str, length: int, letters: Letters) -> Field:
    """A field of letters."""
    return Field(name, "C", length, letters)


def filler(length: int, name: str = "filler") -> Field:
    """ダミー: spaces."""
    return Field(name, "C", length)


# 項目名の別名: 委託者コード = 振込依頼人コード = 会社コード, 振込指定日 = 取組日 = 引落日
HEADER: Record = (
    number("record", 1),  # データ区分
    number("business", 2),  # 種別コード
    number("encoding", 1),  # コード区分
    number("originator_code", 10),  # 委託者コード
    text("originator_name", 40, "party"),  # 委託者名
    number("month_day", 4),  # 振込指定日・引落日
    number("bank", 4),  # 仕向銀行番号・取引銀行番号
    text("bank_name", 15, "branch"),  # 銀行名
    number("branch", 3),  # 支店番号
    text("branch_name", 15, "branch"),  # 支店名
    number("deposit", 1),  # 預金種目
    number("account", 7),  # 口座番号
    filler(17),
)

_PAYEE: Record = (
    number("record", 1),
    number("bank", 4),  # 被仕向銀行番号
    text("bank_name", 15, "branch"),
    number("branch", 3),
    text("branch_name", 15, "branch"),
    number("clearing_house", 4),  # 手形交換所番号: 0000
    number("deposit", 1),
    number("account", 7),
    text("holder", 30, "party"),  # 受取人名
    number("yen", 10),  # 振込金額
    number("new_code", 1),  # 新規コード
)
_HOW: Record = (
    number("speed", 1),  # 振込指定区分: 7 電信
    text("identified", 1, "any"),  # 識別表示: Y, or space
    filler(7),
)

# 識別表示 says how the twenty bytes before it are read: two numbers, or one text (EDI情報).
TRANSFER: Record = (
    *_PAYEE,
    number("customer_1", 10),  # 顧客コード1
    number("customer_2", 10),  # 顧客コード2
    *_HOW,
)
TRANSFER_EDI: Record = (*_PAYEE, text("edi", 20, "edi"), *_HOW)

TRANSFER_TRAILER: Record = (
    number("record", 1),
    number("count", 6),  # 合計件数
    number("yen", 12),  # 合計金額
    filler(101),
)

DEBIT: Record = (
    number("record", 1),
    number("bank", 4),  # 引落銀行番号
    text("bank_name", 15, "branch"),
    number("branch", 3),
    text("branch_name", 15, "branch"),
    filler(4),
    number("deposit", 1),
    number("account", 7),
    text("holder", 30, "party"),  # 預金者名
    number("yen", 10),  # 引落金額
    number("new_code", 1),
    number("customer", 20),  # 顧客番号
    number("result", 1),  # 振替結果コード: 0 on request
    filler(8, "filler_2"),
)

DEBIT_TRAILER: Record = (
    number("record", 1),
    number("count", 6),
    number("yen", 12),
    number("done_count", 6),  # 振替済件数
    number("done_yen", 12),  # 振替済金額
    number("failed_count", 6),  # 振替不能件数
    number("failed_yen", 12),  # 振替不能金額
    filler(65),
)

END: Record = (number("record", 1), filler(119))


def transfer_record(line: bytes) -> Record:
    """How a transfer's line is read: its 113th byte says so."""
    return TRANSFER_EDI if line[112:113] == b"Y" else TRANSFER


for _record in (HEADER, TRANSFER, TRANSFER_EDI, TRANSFER_TRAILER, DEBIT, DEBIT_TRAILER, END):
    assert sum(field.length for field in _record) == LENGTH
