"""Files of 200-byte records as a bank would send them, put together by column positions; nothing of
`settlement/bank` stands in here."""

from collections.abc import Sequence


def at(length: int, *placed: tuple[int, str]) -> str:
    """A record with texts from given columns on (counted from 1)."""
    record = " " * length
    for column, text in placed:
        record = record[: column - 1] + text + record[column - 1 + len(text) :]
    assert len(record) == length
    return record


def file(records: Sequence[str], end: str = "\r\n") -> bytes:
    """The bytes of a file."""
    return "".join(record + end for record in records).encode("cp932")


def notice_header(on: str = "080630") -> str:
    return at(
        200, (1, "1010"), (5, on * 3), (23, "9999"), (27, "ﾃｽﾄｷﾞﾝｺｳ"), (42, "101"), (45, "ﾎﾝﾃﾝ"),
        (60, "1"), (61, "1234567"), (68, "ｶ)ｼｺｸﾎﾟｲﾝﾄﾊﾌﾞ"),
    )  # fmt: skip


def notice(
    yen: int, payer: str, *, reference: int = 1, on: str = "080630", code: str = "0000000000",
    edi: str = "", withdrawn: bool = False, large: bool = False,
) -> str:  # fmt: skip
    """One line of 振込入金通知, フォーマットA; with `large` フォーマットB."""
    amount = "0" * 10 if large else f"{yen:010}"
    more = [(129, f"{yen:012}" + "0" * 12), (153, edi)] if large else [(129, edi)]
    return at(
        200, (1, "2"), (2, f"{reference:06}"), (8, on), (14, on), (20, amount), (30, "0" * 10),
        (40, code), (50, payer), (98, "ﾋﾔｸｼﾞﾕｳｼ"), (113, "ﾄｸｼﾏ"), (128, "1" if withdrawn else "0"),
        *more,
    )  # fmt: skip


def notice_trailer(count: int, yen: int, gone: int = 0, gone_yen: int = 0) -> str:
    return at(200, (1, "8"), (2, f"{count:06}{yen:012}{gone:06}{gone_yen:012}"))


def end() -> str:
    return at(200, (1, "9"))


def notices(*lines: str, count: int, yen: int, gone: int = 0, gone_yen: int = 0) -> bytes:
    """A whole file of 振込入金通知."""
    return file([notice_header(), *lines, notice_trailer(count, yen, gone, gone_yen), end()])


def statement_header(before: int | None = 1_000_000, on: str = "080630") -> str:
    known = before is not None
    balance = [(114, sign(before)), (116, f"{abs(before or 0):014}")] if known else []
    return at(
        200, (1, "1030"), (5, on * 3), (23, "9999"), (27, "ﾃｽﾄｷﾞﾝｺｳ"), (42, "101"), (45, "ﾎﾝﾃﾝ"),
        (60, "000"), (63, "1"), (64, "0001234567"), (74, "ｶ)ｼｺｸﾎﾟｲﾝﾄﾊﾌﾞ"), *balance,
    )  # fmt: skip


def sign(yen: int | None) -> str:
    """貸越区分: 1 plus, 2 minus."""
    return "1" if (yen or 0) >= 0 else "2"


def booked(
    direction: str, yen: int, payer: str = "", *, reference: int = 1, on: str = "080630",
    manner: str = "11", summary: str = "", edi: str = "", code: str = "0000000000",
) -> str:  # fmt: skip
    """One line of 入出金取引明細: direction 1 came in, 2 went out."""
    return at(
        200, (1, "2"), (2, f"{reference:08}"), (10, on), (16, on), (22, direction), (23, manner),
        (25, f"{yen:012}"), (37, "0" * 12), (72, code), (82, payer), (130, "ﾋﾔｸｼﾞﾕｳｼ"),
        (145, "ﾄｸｼﾏ"), (160, summary), (180, edi),
    )  # fmt: skip


def statement_trailer(came: Sequence[int], went: Sequence[int], after: int | None = None) -> str:
    count = len(came) + len(went)
    balance = [] if after is None else [(40, sign(after)), (41, f"{abs(after):014}")]
    return at(
        200, (1, "8"), (2, f"{len(came):06}{sum(came):013}{len(went):06}{sum(went):013}"),
        *balance, (55, f"{count:07}"),
    )  # fmt: skip
