"""台帳の全件照合: the journal, recomputed from the entries as they stand now.

It finds whatever was changed, taken out or put in since it was sealed, unless whoever did it also
wrote the journal anew from there on: that is found by the heads that left the database.
"""

from collections.abc import AsyncIterator, Iterable
from datetime import date, datetime

from msgspec import Struct
from psycopg import AsyncConnection

from federation.days import day_of
from federation.journal import MOST, Named, chain_at, hashes_of
from federation.journal_hash import BEGINNING, FORMAT, link
from federation.reading import rows
from federation.sql import statement

WALK = statement(__file__, "journal_walk")
STRAYS = statement(__file__, "journal_strays")

PARTS = {
    "entry": ("記帳に連番がありません", "an entry has no number"),
    "draw": ("どの記帳のものでもない充当です", "a draw belongs to no entry"),
    "lot": ("どの記帳のものでもないロットです", "a lot belongs to no entry"),
    "hold": ("どの記帳のものでもない仮押さえです", "a hold belongs to no entry"),
    "held": ("どの記帳のものでもない仮押さえの明細です", "a part of a hold belongs to no entry"),
    "shortage": ("どの記帳のものでもない不足です", "a shortage belongs to no entry"),
}


class Difference(Struct, frozen=True):
    """What differs, where: the journal's number, the entry, the day on which it was booked."""

    ja: str
    en: str
    number: int | None = None
    entry_id: int | None = None
    day_on: date | None = None

    def __str__(self) -> str:
        where = {"連番 number": self.number, "記帳 entry": self.entry_id, "日 day": self.day_on}
        placed = " · ".join(f"{name} {at}" for name, at in where.items() if at is not None)
        return f"{placed}: {self.ja} / {self.en}" if placed else f"{self.ja} / {self.en}"


async def differences(
    conn: AsyncConnection, before: datetime, most: int = MOST
) -> AsyncIterator[Difference]:
    """Whatever does not fit: each number with its entry, then what has none. Entries booked after
    `before` may still wait for their number."""
    number, chain = 0, BEGINNING
    while slice_ := await rows(conn, WALK, {"after": number, "most": most}):
        entries = [Named(one["member_id"], one["entry_id"], one["booked_at"]) for one in slice_]
        for row, found in zip(slice_, await hashes_of(conn, entries), strict=True):
            where = (row["number"], row["entry_id"], day_of(row["booked_at"]))
            if row["number"] != number + 1:
                yield Difference("連番が抜けています", "numbers are missing before it", *where)
            if found is None:
                yield Difference("記帳がありません", "its entry is gone", *where)
            elif row["format"] != FORMAT:
                yield Difference("書式が違います", "it is of a format unknown here", *where)
            elif found != row["hash"]:
                yield Difference(
                    "記帳か、その動かしたものが書き換えられています",
                    "the entry, or what it moved, was changed",
                    *where,
                )
            chain = link(chain, row["hash"])
            if row["chain"] not in (None, chain):
                yield Difference("連鎖が切れています", "the chain is broken here", *where)
                chain = row["chain"]
            number = row["number"]
    for row in await rows(conn, STRAYS, {"before": before}):
        day = day_of(row["booked_at"]) if row["booked_at"] is not None else None
        yield Difference(*PARTS[row["part"]], None, row["entry_id"], day)


async def chains_at(conn: AsyncConnection, numbers: Iterable[int]) -> dict[int, bytes]:
    """The chain at these numbers; one that the journal does not have is not there."""
    found = {number: await chain_at(conn, number) for number in sorted(set(numbers))}
    return {number: chain for number, chain in found.items() if chain is not None}
