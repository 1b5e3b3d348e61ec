"""記帳件数: how many entries stand in each line of each statement."""

from itertools import product
from typing import Any, get_args

import msgspec
from psycopg import AsyncConnection

from federation.reading import rows
from federation.sql import statement
from settlement.lines import Funding
from settlement.netting import Kind, Movement
from settlement.statement import LATE, Key, puts

COUNT = statement(__file__, "count")
COUNTED = statement(__file__, "counted")

# What each movement puts into whose line, as the statements take it.
PUTS = msgspec.json.encode(
    [
        {"funding": funding, "movement": movement, "kind": kind, **msgspec.structs.asdict(put)}
        for funding, movement, kind in product(
            get_args(Funding), get_args(Movement), get_args(Kind)
        )
        for put in puts(funding, movement, kind)
    ]
).decode()


async def counted(conn: AsyncConnection, asked: dict[str, Any]) -> dict[Key, int]:
    """The entries in each line, as they were folded, and those that are not yet."""
    return await told(conn, COUNTED, asked)


async def recounted(conn: AsyncConnection, asked: dict[str, Any]) -> dict[Key, int]:
    """The entries in each line, counted anew in a pass over everything."""
    return await told(conn, COUNT, asked)


async def told(conn: AsyncConnection, query: str, asked: dict[str, Any]) -> dict[Key, int]:
    """What a count says, by line."""
    return {
        (row["party"], row["code"], row["original"]): row["entries"]
        for row in await rows(conn, query, {**asked, "late": LATE, "puts": PUTS})
    }
