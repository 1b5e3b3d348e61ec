"""入金通知と入出金明細の表: the 200-byte records of 振込入金通知 (種別 01) and 入出金取引明細
(種別 03) for ordinary, current and savings accounts.

Compared, field by field: for 01 阿波銀行's published 振込入金通知（全銀協制定フォーマット）(header
whole, data up to 振込依頼人コード) and the record classes of github diva-osaka/Diva.Zengin; for 03
きらぼし銀行's 入出金明細（全銀）明細ファイル・フォーマット of 2018 (header up to 預金種目) and the
same classes of Diva.Zengin (header, data, trailer, end). All agree where they overlap. Where only
one source was found, `docs/bank.md` says so, and both readings are taken.
"""

from settlement.bank.layouts import Record, filler, number, text

LENGTH = 200

# 振込入金通知 (01)
NOTICE_HEADER: Record = (
    number("record", 1),
    number("business", 2),
    number("encoding", 1),
    number("made_on", 6),  # 作成日, 和暦
    number("from_on", 6),  # 勘定日（自）
    number("to_on", 6),  # 勘定日（至）
    number("bank", 4),
    text("bank_name", 15, "branch"),
    number("branch", 3),
    text("branch_name", 15, "branch"),
    number("deposit", 1),
    number("account", 7),
    text("holder", 40, "party"),
    filler(93),
)
_NOTICE: Record = (
    number("record", 1),
    number("reference", 6),  # 照会番号
    number("booked_on", 6),  # 勘定日
    number("value_on", 6),  # 起算日
    number("yen", 10),  # 金額
    number("cheques_yen", 10),  # うち他店券金額
    number("payer_code", 10),  # 振込依頼人コード
    text("payer", 48, "party"),  # 振込依頼人名
    text("bank_name", 15, "branch"),  # 仕向銀行名
    text("branch_name", 15, "branch"),  # 仕向店名
    number("cancelled", 1),  # 取消区分
)
NOTICE_A: Record = (*_NOTICE, text("edi", 20, "edi"), filler(52))
# フォーマットB: twelve more digits for what does not fit into ten
NOTICE_B: Record = (
    *_NOTICE,
    number("large_yen", 12),  # 金額(2)
    number("large_cheques_yen", 12),  # うち他店券金額(2)
    text("edi", 20, "edi"),
    filler(28),
)
NOTICE_TRAILER: Record = (
    number("record", 1),
    number("count", 6),  # 振込合計件数
    number("yen", 12),  # 振込合計金額
    number("cancelled_count", 6),  # 取消合計件数
    number("cancelled_yen", 12),  # 取消合計金額
    filler(163),
)
NOTICE_END: Record = (number("record", 1), filler(199))

# 入出金取引明細 (03)
STATEMENT_HEADER: Record = (
    number("record", 1),
    number("business", 2),
    number("encoding", 1),
    number("made_on", 6),
    number("from_on", 6),
    number("to_on", 6),
    number("bank", 4),
    text("bank_name", 15, "branch"),
    number("branch", 3),
    text("branch_name", 15, "branch"),
    number("filler_zero", 3),  # 000
    number("deposit", 1),
    number("account", 10),
    text("holder", 40, "party"),
    number("overdrawn", 1),  # 貸越区分: 1 プラス, 2 マイナス
    number("passbook", 1),  # 通帳・証書区分
    number("balance_yen", 14),  # 取引前残高
    filler(71),
)
STATEMENT_LINE: Record = (
    number("record", 1),
    number("reference", 8),
    number("booked_on", 6),
    number("value_on", 6),  # 預入・払出日
    number("direction", 1),  # 入払区分: 1 入金, 2 出金
    number("manner", 2),  # 取引区分: 10 現金, 11 振込, …, 19 訂正
    number("yen", 12),
    number("cheques_yen", 12),
    number("presented_on", 6),  # 交換呈示日
    number("dishonoured_on", 6),  # 不渡返還日
    number("paper", 1),  # 手形・小切手区分
    number("paper_number", 7),
    number("other_branch", 3),  # 僚店番号
    number("payer_code", 10),
    text("payer", 48, "party"),  # 振込依頼人名、出金は契約者番号
    text("bank_name", 15, "branch"),
    text("branch_name", 15, "branch"),
    text("summary", 20, "any"),  # 摘要内容
    text("edi", 20, "edi"),
    filler(1),
)
STATEMENT_TRAILER: Record = (
    number("record", 1),
    number("in_count", 6),
    number("in_yen", 13),
    number("out_count", 6),
    number("out_yen", 13),
    number("overdrawn", 1),
    number("balance_yen", 14),  # 取引後残高
    number("count", 7),  # データ・レコード件数
    filler(139),
)
STATEMENT_END: Record = (
    number("record", 1),
    number("records", 10),  # レコード総件数
    number("accounts", 5),  # 口座数
    filler(184),
)


def notice_record(line: bytes) -> Record:
    """フォーマットB has 24 digits from the 129th byte on, where A has text or nothing."""
    return NOTICE_B if line[128:152].isdigit() else NOTICE_A


for _record in (
    NOTICE_HEADER,
    NOTICE_A,
    NOTICE_B,
    NOTICE_TRAILER,
    NOTICE_END,
    STATEMENT_HEADER,
    STATEMENT_LINE,
    STATEMENT_TRAILER,
    STATEMENT_END,
):
    assert sum(field.length for field in _record) == LENGTH
