"""会員一覧のファイル: rows of a CSV, each sound or refused with its reasons; bad rows hold up
nobody. Pure."""

import csv
import io
import re
import unicodedata
from collections.abc import Collection, Iterator
from datetime import date

from msgspec import Struct

from federation.refusals import TooLarge, Validation
from tenants.member_words import CARD, EMAIL, EXTERNAL, PHONE, PLAIN, RANK, phone_of

MOST_ROWS = 20_000
MOST_POINTS = 10_000_000
LONGEST = 100
COLUMNS = {
    "card": ("card", "カード番号"),
    "external_id": ("external_id", "外部id", "会員番号"),
    "name": ("name", "氏名"),
    "kana": ("kana", "カナ", "フリガナ"),
    "birth_on": ("birth_on", "生年月日"),
    "phone": ("phone", "電話番号"),
    "email": ("email", "メール", "メールアドレス"),
    "rank": ("rank", "ランク"),
    "points": ("points", "ポイント", "ポイント残高"),
    "expires_on": ("expires_on", "有効期限"),
    "funder": ("funder", "原資負担者"),
}
PERSONAL = ("name", "kana", "birth_on", "phone", "email")
# Why a row is not taken: Japanese, English.
REASONS = {
    "missing": ("必須です", "is missing"),
    "form": ("形式が正しくありません", "is not well formed"),
    "past": ("過去の日付です", "lies in the past"),
    "future": ("未来の日付です", "lies in the future"),
    "repeated": ("同じ値が前の行にあります", "stands in an earlier row as well"),
    "unknown": ("登録されていません", "is not known"),
    "other-member": ("別の会員に登録されています", "leads to another member"),
    "stopped": ("停止されています", "has been stopped"),
    "gone": ("統合済みまたは退会済みの会員です", "leads to a member who has left or was merged"),
    "no-personal-data": ("個人情報は登録できません", "is personal, and this instance holds none"),
    "columns": ("列の数が見出しと違います", "has other columns than the header"),
    "broken": ("登録できませんでした", "could not be taken in"),
    "rejected": ("承認されませんでした", "was not approved"),
    "no-points": ("ポイントがありません", "stands without points"),
}
Fault = tuple[str, str]  # column, reason


class MemberRow(Struct, frozen=True, omit_defaults=True):
    """One member as a file says it."""

    card: str | None = None
    external_id: str | None = None
    name: str | None = None
    kana: str | None = None
    birth_on: date | None = None
    phone: str | None = None
    email: str | None = None
    rank: str | None = None
    points: int = 0
    expires_on: date | None = None
    funder: str | None = None


class Read(Struct, frozen=True):
    """A row of a file: on which line it begins, what it says, and what is wrong with it."""

    line: int
    row: MemberRow
    faults: tuple[Fault, ...] = ()


class Fresh(Struct):
    """What must stand in a file once, as far as it was read."""

    seen: set[tuple[str, str]] = set()

    def __call__(self, column: str, value: str | None) -> bool:
        if value is None:
            return True
        new = (column, value) not in self.seen
        self.seen.add((column, value))
        return new


def rows_of(
    content: bytes, funders: Collection[str], today: date, *, no_personal_data: bool
) -> list[Read]:
    """Every row of a file in UTF-8 (with or without BOM) or CP932; a file that is no such file, or
    whose header names what we do not know, is refused whole."""
    reader = csv.reader(io.StringIO(decoded(content), newline=""), strict=True)
    found: list[Read] = []
    fresh = Fresh()
    columns: list[str] = []
    begins = 1
    try:
        for cells in reader:
            if not columns:
                columns = header(cells)
            elif any(cell.strip() for cell in cells):
                found.append(read(begins, cells, columns, funders, today, fresh, no_personal_data))
            begins = reader.line_num + 1
    except csv.Error:
        raise Validation(pointer=f"/{begins}", reason="csv") from None
    if not found:
        raise Validation(pointer="", reason="empty")
    if len(found) > MOST_ROWS:
        raise TooLarge
    return found


def decoded(content: bytes) -> str:
    """The text of a file, as Excel or anything else has written it."""
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return unicodedata.normalize("NFC", text)
    raise Validation(pointer="", reason="encoding")


def header(cells: list[str]) -> list[str]:
    """Which column is which, in Japanese or English."""
    known = {word: column for column, words in COLUMNS.items() for word in words}
    named = [known.get(unicodedata.normalize("NFKC", cell).strip().lower(), "") for cell in cells]
    for place, column in enumerate(named):
        if not column or column in named[:place]:
            raise Validation(pointer=f"/1/{place + 1}", reason="header")
    if not {"card", "external_id"} & set(named):
        raise Validation(pointer="/1", reason="header")
    return named


def read(
    line: int,
    cells: list[str],
    columns: list[str],
    funders: Collection[str],
    today: date,
    fresh: Fresh,
    no_personal_data: bool,
) -> Read:
    """One row, with all that is wrong with it."""
    if len(cells) != len(columns):
        return Read(line, MemberRow(), (("", "columns"),))
    told = {
        column: unicodedata.normalize("NFC" if column in ("name", "kana") else "NFKC", cell).strip()
        for column, cell in zip(columns, cells, strict=True)
    }
    told = {column: cell for column, cell in told.items() if cell}
    faults = [(c, "form") for c, cell in told.items() if not well_formed(c, cell)]
    if no_personal_data:
        faults += [(column, "no-personal-data") for column in PERSONAL if column in told]
    bad = {column for column, _ in faults}
    row = taken({column: cell for column, cell in told.items() if column not in bad})
    faults += [fault for fault in beyond(row, told, funders, today) if fault[0] not in bad]
    for column in ("card", "external_id", "phone"):
        if column not in bad and not fresh(column, getattr(row, column)):
            faults.append((column, "repeated"))
    return Read(line, row, tuple(faults))


def well_formed(column: str, cell: str) -> bool:
    """Whether a cell is what its column wants, by itself."""
    match column:
        case "birth_on" | "expires_on":
            return day(cell) is not None
        case "points":
            return re.fullmatch(r"[0-9]{1,8}", cell) is not None and int(cell) <= MOST_POINTS
        case "funder":
            return len(cell) <= LONGEST
        case "name" | "kana":
            return len(cell) <= LONGEST and re.match(PLAIN, cell) is not None
    patterns = {"card": CARD, "external_id": EXTERNAL, "phone": PHONE, "email": EMAIL, "rank": RANK}
    return re.match(patterns[column], cell) is not None


def day(cell: str) -> date | None:
    """2027-03-31 or 2027/3/31."""
    found = re.fullmatch(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})", cell)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def taken(told: dict[str, str]) -> MemberRow:
    """The cells of a row that are well formed."""
    return MemberRow(
        card=told.get("card"),
        external_id=told.get("external_id"),
        name=told.get("name"),
        kana=told.get("kana"),
        birth_on=day(told.get("birth_on", "")),
        phone=phone_of(told["phone"]) if "phone" in told else None,
        email=told.get("email"),
        rank=told.get("rank"),
        points=int(told.get("points", "0")),
        expires_on=day(told.get("expires_on", "")),
        funder=told.get("funder"),
    )


def beyond(
    row: MemberRow, told: dict[str, str], funders: Collection[str], today: date
) -> Iterator[Fault]:
    """What is wrong with a row whose cells are each well formed."""
    if "card" not in told and "external_id" not in told:
        yield "card", "missing"
    if row.birth_on is not None and row.birth_on > today:
        yield "birth_on", "future"
    if row.points and row.funder is None:
        yield "funder", "missing"
    elif row.points and row.funder not in funders:
        yield "funder", "unknown"
    if row.expires_on is not None and row.expires_on < today:
        yield "expires_on", "past"
    if row.expires_on is not None and not told.get("points"):
        yield "expires_on", "no-points"
