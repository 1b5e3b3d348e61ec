"""`meguri check --deep`: the books against their journal, and the journal against what left the
database: the signed heads of each day and the heads in sealed files."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
from msgspec import UNSET, Struct
from psycopg import AsyncConnection

from deploy.heads import HeadsKey, Line, faults, read
from deploy.settings import Settings
from federation import journal
from federation.journal import DayHead
from federation.journal_checks import Difference, chains_at, differences
from federation.reading import rows
from settlement.anchors import header_of, sealed_headers
from settlement.lines import Header

LAG = timedelta(seconds=60)
GONE = "its entry is gone"
DETACHED = "SELECT month_on, entries FROM federation.detached ORDER BY month_on"


class Found(Struct):
    """What differs, and what is worth knowing where nothing does."""

    differences: list[Difference]
    notes: list[str]


class Anchor(Struct, frozen=True):
    """A head of the journal that stands outside of it: where, and what it says."""

    ja: str
    en: str
    number: int
    chain: bytes
    day_on: date | None = None


async def examine(
    settings: Settings, now: datetime, heads: Path | None = None, sealed: Sequence[Path] = ()
) -> Found:
    """Everything that differs. `heads` and `sealed` are copies that were kept elsewhere, and are
    believed before what lies here."""
    file = heads or (Path(settings.heads) if settings.heads else None)
    url = settings.url("auditor")
    async with await AsyncConnection.connect(url, autocommit=True) as conn:
        return await compared(conn, now, file, HeadsKey(settings.secret), sealed)


async def compared(
    conn: AsyncConnection,
    now: datetime,
    file: Path | None,
    key: HeadsKey,
    sealed: Sequence[Path] = (),
) -> Found:
    """The same on a connection: journal, heads, sealed files, in this order."""
    found = Found([], [])
    away = await detached(conn)
    async for difference in differences(conn, now - LAG):
        if not any(month.explains(difference) for month in away):
            found.differences.append(difference)
    for month in away:
        found.differences += month.lacking()
        found.notes.append(str(month))
    stated = await journal.heads(conn)
    anchors = [
        Anchor("日次ヘッド", "head of the day", one.number, one.chain, one.day_on) for one in stated
    ]
    if file is None:
        found.notes.append(
            "署名された日次ヘッドがありません（MEGURI_HEADS） / there are no signed heads"
        )
    else:
        lines = list(faults(read(file), key))
        found.differences += wrong_lines(lines)
        found.differences += unlike(stated, [line for _, line, ja, _ in lines if line and not ja])
        anchors += signed(lines)
        found.notes += told(file, lines, stated, key)
    for name, header in [*(await in_the_books(conn)), *(beside(path) for path in sealed)]:
        if header is None:
            found.differences.append(
                Difference(f"封印ファイル {name} が読めません", f"sealed file {name} is not whole")
            )
        elif header.journal is not UNSET:
            head = header.journal
            chain = bytes.fromhex(head.chain)
            ja, en = f"封印ファイル {name}", f"sealed file {name}"
            anchors.append(Anchor(ja, en, head.number, chain, header.last_on))
    found.differences += [one async for one in unanchored(conn, anchors)]
    return found


class Away(Struct):
    """A month that was detached: its entries are known by number and chain, and are elsewhere."""

    month_on: date
    entries: int
    gone: int = 0

    def explains(self, difference: Difference) -> bool:
        """Whether an entry is gone because its month is; counted."""
        day = difference.day_on
        theirs = (
            difference.en == GONE
            and difference.number is not None
            and day is not None
            and day.replace(day=1) == self.month_on
        )
        self.gone += theirs
        return theirs

    def lacking(self) -> Iterator[Difference]:
        """Where other entries are gone than left with the month."""
        if self.gone != self.entries:
            ja = f"切り離した月の記帳数が違います（{self.entries} ≠ {self.gone}）"
            en = f"{self.entries} entries left with this month, {self.gone} are gone"
            yield Difference(ja, en, None, None, self.month_on)

    def __str__(self) -> str:
        return f"切り離した月 / detached month: {self.month_on:%Y-%m} ({self.entries:,})"


async def detached(conn: AsyncConnection) -> list[Away]:
    """The months that are kept elsewhere."""
    return [Away(**row) for row in await rows(conn, DETACHED, {})]


async def in_the_books(conn: AsyncConnection) -> list[tuple[str, Header | None]]:
    """The header of each sealed file as it lies in the database."""
    return [(str(cycle), header) for cycle, header in (await sealed_headers(conn)).items()]


def beside(path: Path) -> tuple[str, Header | None]:
    """The header of a sealed file that was kept elsewhere."""
    with path.open("rb") as file:
        return path.name, header_of(file.readline())


async def unanchored(conn: AsyncConnection, anchors: Sequence[Anchor]) -> AsyncIterator[Difference]:
    """Each anchor that the journal, as it stands, does not lead to."""
    chains = await chains_at(conn, (one.number for one in anchors))
    for one in anchors:
        if chains.get(one.number) != one.chain:
            yield Difference(
                f"{one.ja}と台帳が合いません",
                f"the journal is not what the {one.en} says",
                one.number,
                None,
                one.day_on,
            )


Lines = Sequence[tuple[int, Line | None, str, str]]


def wrong_lines(lines: Lines) -> Iterator[Difference]:
    """Lines of the signed file that are not what was written there."""
    for place, line, ja, en in lines:
        if ja:
            day = line.day if line else None
            yield Difference(
                f"日次ヘッド {place} 行目: {ja}",
                f"line {place} of the heads: {en}",
                None,
                None,
                day,
            )


def signed(lines: Lines) -> list[Anchor]:
    """The heads that the signed file vouches for."""
    return [
        Anchor("署名された日次ヘッド", "signed head", one.number, bytes.fromhex(one.chain), one.day)
        for _, one, ja, _ in lines
        if one is not None and not ja
    ]


def unlike(stated: Sequence[DayHead], lines: Sequence[Line]) -> Iterator[Difference]:
    """Days that only the database or only the file knows, as far as the file reaches."""
    here = {head.day_on for head in stated}
    there = {line.day for line in lines}
    for day in sorted(there - here):
        yield Difference(
            "日次ヘッドがデータベースから消えています", "its head is gone from the database",
            None, None, day,
        )  # fmt: skip
    for day in sorted(here - there):
        if there and day < max(there):
            yield Difference(
                "日次ヘッドが署名ファイルにありません", "its head is missing in the signed file",
                None, None, day,
            )  # fmt: skip


def told(file: Path, lines: Lines, stated: Sequence[DayHead], key: HeadsKey) -> Iterator[str]:
    """Up to which day the signed file reaches, and whose signature it bears."""
    days = [line.day for _, line, _, _ in lines if line]
    upto = days[-1] if days else "–"
    late = [head.day_on for head in stated if not days or head.day_on > days[-1]]
    yield f"署名された日次ヘッド / signed heads: {file} ({len(days)}) → {upto}"
    if late:
        yield f"まだ署名されていない日 / days not signed yet: {late[0]} – {late[-1]}"
    yield f"公開鍵 / public key: {msgspec.json.encode(key.public(), order='sorted').decode()}"
