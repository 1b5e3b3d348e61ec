"""What a page says, carried to the database: one statement for the books of most batches, one more
for each of the rarer kinds of rows. They travel with the COMMIT in one pipeline."""

from collections.abc import Iterable, Sequence

import msgspec
from psycopg import AsyncConnection

from federation.exchange import Question, exchange
from federation.page import Page, Row, wallet_row
from federation.purse import Purse
from federation.sql import statement

COMMIT: Question = ("COMMIT", {})
WRITTEN = {
    statement(__file__, "post_holds"): ("holds", "hold_parts", "ended"),
    statement(__file__, "post_debts"): ("shortages", "forgiven", "paid"),
    statement(__file__, "post_used"): ("used",),
    statement(__file__, "post_tenders"): ("tenders",),
    statement(__file__, "post_stocks"): ("stocks",),
    statement(__file__, "post_codes"): ("codes", "pins"),
    statement(__file__, "post_members"): ("members", "carriers"),
    statement(__file__, "post"): (
        "entries", "receipts", "freed", "lots", "changed", "draws", "wallets", "kept",
    ),
}  # fmt: skip
encode = msgspec.json.Encoder().encode


async def post(
    conn: AsyncConnection, page: Page, purses: Iterable[Purse], kept: Sequence[Row] = ()
) -> None:
    """Write all rows of a page, the wallets that changed and the slips that are kept, and commit:
    one round trip."""
    rows = page.all_rows()
    rows["kept"] = list(kept)
    rows["wallets"] = [wallet_row(purse) for purse in purses if purse.touched]
    dated = {"booked_at": page.booked_at, "now": page.now}
    asked: dict[str, Question] = {
        tables[0]: (query, told(rows, tables) | dated)
        for query, tables in WRITTEN.items()
        if any(rows.get(table) for table in tables)
    }
    await exchange(conn, {**asked, "commit": COMMIT})


def told(rows: dict[str, list[dict[str, object]]], tables: Iterable[str]) -> dict[str, object]:
    """The rows of some tables as a statement takes them."""
    return {table: encode(rows.get(table, ())) for table in tables}
