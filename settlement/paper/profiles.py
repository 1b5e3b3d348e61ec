"""請求書情報: who a party is on paper, written once for each day from which it holds."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct, structs
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement
from settlement.paper.paper import InvoiceDocument, Lang, Profile
from settlement.paper.registration import is_corporate

WRITE = statement(__file__, "write_profile")
PROFILES = statement(__file__, "profiles")
ROWS = statement(__file__, "profile_rows")

Text = Annotated[str, Meta(max_length=200)]
Said = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]


class ProfileWritten(Struct, frozen=True, forbid_unknown_fields=True):
    """Who a party is on paper from a day on, and why it is written."""

    from_on: date
    legal_name: Said
    postal_code: Annotated[str, Meta(pattern="^[0-9]{3}-[0-9]{4}$")]
    address: Said
    reason: Said
    legal_name_en: Text = ""
    registration_number: Annotated[str, Meta(pattern="^T[0-9]{13}$")] | None = None
    contact: Text = ""
    phone: Text = ""
    mail: Text = ""
    invoice_document: InvoiceDocument = "STATEMENT"
    lang: Lang = "ja"


class ProfileRow(Struct, frozen=True):
    """One row as it was written, with what is odd about it: a registration number whose check digit
    is not that of a corporation."""

    from_on: date
    written_at: datetime
    legal_name: str
    legal_name_en: str
    postal_code: str
    address: str
    registration_number: str | None
    contact: str
    phone: str
    mail: str
    invoice_document: InvoiceDocument
    lang: Lang
    author: str
    reason: str
    warnings: tuple[str, ...] = ()


async def write(
    conn: AsyncConnection, party: str, written: ProfileWritten, author: str, now: datetime
) -> ProfileRow:
    """Write down who a party is on paper, as the worker; NotFound where there is no such party."""
    asked = {**structs.asdict(written), "party": party, "author": author, "now": now}
    done = await rows(conn, WRITE, asked)
    if not done:
        raise NotFound
    found = await every_row(conn, party)
    return next(row for row in found if row.written_at == done[0]["written_at"])


async def every_row(conn: AsyncConnection, party: str) -> list[ProfileRow]:
    """All that was ever written of a party, newest first."""
    found = await rows(conn, ROWS, {"party": party})
    return [ProfileRow(**row, warnings=warnings(row["registration_number"])) for row in found]


def warnings(number: str | None) -> tuple[str, ...]:
    """What is odd about a registration number, in a word."""
    return () if number is None or is_corporate(number) else ("registration-number-check-digit",)


async def on_day(conn: AsyncConnection, parties: Iterable[int], on: date) -> dict[int, Profile]:
    """Who these parties are on paper on a day, as far as it was written."""
    found = await rows(conn, PROFILES, {"parties": sorted(parties), "on": on})
    return {row.pop("party_id"): Profile(**row) for row in found}
