"""精算書の内容: all that stands on a paper, as values; how it looks is the form's."""

from datetime import date, datetime
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from settlement.lines import Party
from settlement.statement import Statement

InvoiceDocument = Literal["STATEMENT", "DEPOSIT_STATEMENT"]
Lang = Literal["ja", "en"]
Step = Literal["drafted", "confirmed", "approved"]
Edition = Literal["provisional", "final"]  # 速報, 確定


class Profile(Struct, frozen=True):
    """Who a party is on paper from a day on; where nothing was written, its name alone."""

    legal_name: str
    legal_name_en: str = ""
    postal_code: str = ""
    address: str = ""
    registration_number: str | None = None
    contact: str = ""
    phone: str = ""
    mail: str = ""
    invoice_document: InvoiceDocument = "STATEMENT"
    lang: Lang = "ja"


class DayLine(Struct, frozen=True):
    """What one line of a statement comes to on one business date; a memo line has no yen."""

    business_date: date
    code: int
    points: int
    entries: int
    original: int | UnsetType = UNSET
    yen: int | UnsetType = UNSET


class Before(Struct, frozen=True):
    """前回: what the statement before came to, and what was received for it, once that is known."""

    number: str
    net_yen: int
    received_yen: int | None = None
    received_on: date | None = None


class Unused(Struct, frozen=True):
    """未使用残高: how many points that a party funds were unused before the cycle, and after it."""

    opening_points: int
    closing_points: int


class Signature(Struct, frozen=True):
    """Who drafted, confirmed or approved, and when."""

    step: Step
    name: str
    at: datetime


class Paper(Struct, frozen=True):
    """A statement with what a document needs beside it. `issue` 0 is the first of its edition; any
    other is a 再発行 of that number. `account` is masked before it comes here."""

    statement: Statement
    issuer: Profile
    addressee: Profile
    issued_at: datetime
    days: tuple[DayLine, ...] = ()
    before: Before | None = None
    unused: Unused | None = None
    account: str | None = None
    signatures: tuple[Signature, ...] = ()
    facilities: tuple[str, ...] = ()
    shops: tuple[str, ...] = ()
    issue: int = 0
    edition: Edition = "final"
    lang: Lang = "ja"


def bare(party: Party) -> Profile:
    """A party of which nothing was written: its names as receipts show them."""
    return Profile(legal_name=party.name, legal_name_en=party.name_en)
