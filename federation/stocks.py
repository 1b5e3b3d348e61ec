"""限度数: counters that never go beyond what there is (a campaign's budget, a coupon's stock), and
how they are laid out; the desk takes from them (`page.take_stock`)."""

from collections.abc import Collection, Mapping

from psycopg import AsyncConnection

from federation.sql import statement

LAY_OUT = statement(__file__, "lay_out_stock")
LEFT = statement(__file__, "stocks_left")


async def lay_out(conn: AsyncConnection, stock: str, total: int) -> int | None:
    """So many there are in all, from now on; how many are left, or None where more are taken."""
    row = await (await conn.execute(LAY_OUT, {"stock": stock, "total": total})).fetchone()
    return None if row is None else int(row[0])


async def left(conn: AsyncConnection, stocks: Collection[str]) -> Mapping[str, int]:
    """How many are left of each, as far as they are laid out."""
    if not stocks:
        return {}
    rows = await conn.execute(LEFT, {"stocks": sorted(stocks)})
    return dict(await rows.fetchall())
