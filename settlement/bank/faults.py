"""What can be wrong with a bank file, each by name and in both languages; and what was found."""

from collections.abc import Iterable

from msgspec import Struct

STOPS, WARNS = True, False

# name: stops the file?, Japanese, English
FAULTS: dict[str, tuple[bool, str, str]] = {
    "record-length": (STOPS, "レコードの長さが違います", "a record is not of its length"),
    "line-end": (STOPS, "改行は CRLF か改行なしです", "records end with CRLF or with nothing"),
    "record-order": (STOPS, "レコードの順序が 1-2-8-9 ではありません", "not in the order 1-2-8-9"),
    "business": (STOPS, "種別コードが違います", "this is another kind of file"),
    "encoding": (STOPS, "コード区分が JIS ではありません", "its letters are not said to be JIS"),
    "digits": (STOPS, "数字の項目に数字以外があります", "a field of digits holds something else"),
    "letters": (STOPS, "使えない文字があります", "a field holds letters it may not"),
    "lone-mark": (
        STOPS,
        "濁点・半濁点が付けられない文字に付いています",
        "a voicing mark follows no kana that takes one",
    ),
    "no-name": (STOPS, "名義が空です", "a name is missing"),
    "not-zero-filled": (STOPS, "未使用の項目が空ではありません", "an unused field is not empty"),
    "trailer-count": (STOPS, "合計件数が明細と違います", "the count is not that of the lines"),
    "trailer-yen": (STOPS, "合計金額が明細と違います", "the total is not that of the lines"),
    "zero-yen": (STOPS, "金額が 0 円の明細があります", "a line is of 0 yen"),
    "empty-batch": (STOPS, "明細がありません", "there is no line"),
    "differs-from-order": (
        STOPS,
        "承認された内容と違います",
        "it does not say what was approved",
    ),
    "originator": (STOPS, "委託者または自社口座が設定と違います", "not the profile's originator"),
    "not-a-bank-day": (STOPS, "銀行営業日ではありません", "banks are shut on that day"),
    "too-late": (STOPS, "提出期限を過ぎています", "its time at the bank is over"),
    "too-early": (STOPS, "銀行が受け付ける期間より先です", "farther ahead than the bank takes"),
    "too-many": (STOPS, "一度に送れる件数を超えています", "more lines than the bank takes at once"),
    "test-bank": (STOPS, "試験用の銀行番号 9999 があります", "the test bank 9999 stands in it"),
    "duplicate": (WARNS, "同じ口座に同じ金額が二件あります", "twice the same yen to one account"),
    "unknown-bank": (WARNS, "銀行番号が一覧にありません", "no bank of this code is known"),
    "unknown-branch": (WARNS, "支店番号が一覧にありません", "no branch of this code is known"),
    # 結果・通知
    "line-differs": (STOPS, "送った金額と違います", "not the yen that was sent"),
    "account-differs": (STOPS, "送った口座と違います", "not the account that was sent"),
    "party-differs": (STOPS, "名義が送ったものと違います", "not the holder that was sent"),
    "line-missing": (STOPS, "送った明細がありません", "a line that was sent is missing"),
    "line-extra": (STOPS, "送っていない明細があります", "a line that was not sent"),
    "result-code": (STOPS, "結果コードが不明です", "an unknown result code"),
    "result-count": (STOPS, "振替済・不能の件数が合いません", "done and failed do not add up"),
    "result-yen": (STOPS, "振替済・不能の金額が合いません", "yen done and failed do not add up"),
    "header-differs": (
        STOPS,
        "委託者または日付が送ったものと違います",
        "not the batch that was sent",
    ),
    "balance": (STOPS, "残高が入出金と合いません", "the balance does not follow from the lines"),
    "date": (STOPS, "日付を読めません", "a date cannot be read"),
}


class Finding(Struct, frozen=True, omit_defaults=True):
    """One fault, the record it stands in (from 1), and what was seen there."""

    fault: str
    record: int = 0
    seen: str = ""

    @property
    def stops(self) -> bool:
        """Whether the file stays here."""
        return FAULTS[self.fault][0]

    @property
    def told(self) -> str:
        """In Japanese and in English."""
        _, japanese, english = FAULTS[self.fault]
        place = f"{self.record}: " if self.record else ""
        seen = f" ({self.seen})" if self.seen else ""
        return f"{place}{japanese} / {english}{seen}"


def stopping(found: Iterable[Finding]) -> list[Finding]:
    """Those that stop a file."""
    return [one for one in found if one.stops]


def names(found: Iterable[Finding]) -> list[str]:
    """The faults by name, each once."""
    return sorted({one.fault for one in found})
