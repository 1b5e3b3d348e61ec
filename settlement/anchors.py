"""封印に残る台帳の末尾: the head of the journal, as sealed files and statements carried it away."""

from msgspec import UNSET, UnsetType
from psycopg import AsyncConnection

from federation.reading import rows
from federation.sql import statement
from settlement.lines import Header, JournalHead, parse
from settlement.seal import LEAF, leaf

HEAD = statement(__file__, "journal_head")
ANCHORS = statement(__file__, "anchors")


async def journal_head(conn: AsyncConnection) -> JournalHead | UnsetType:
    """The head of the journal now; nothing, where no entry has a number yet."""
    found = await rows(conn, HEAD, {})
    return JournalHead(**found[0]) if found else UNSET


async def sealed_headers(conn: AsyncConnection) -> dict[int, Header | None]:
    """The first line of each sealed file by its cycle; None where it is not what was sealed."""
    return {row["cycle_id"]: header_of(bytes(row["body"])) for row in await rows(conn, ANCHORS, {})}


def header_of(file: bytes) -> Header | None:
    """The header that a sealed file begins with, if its hash fits."""
    found = LEAF.fullmatch(file.partition(b"\n")[0] + b"\n")
    if found is None or leaf(bytes.fromhex(found[3].decode()), found[2]).hex() != found[1].decode():
        return None
    try:
        line = parse(found[2])
    except ValueError:
        return None
    return line if isinstance(line, Header) else None
