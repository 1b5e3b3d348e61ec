"""開示・同意・第三者提供の記録: all that is kept of a member as one file; which notice a member
agreed to; and what was handed to somebody else (APPI 27, 29, 33)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal, TypeVar

from msgspec import Struct
from psycopg import AsyncConnection
from psycopg.rows import class_row

from federation import carriers, profiles
from federation.days import day_of
from federation.profiles import Profile
from federation.refusals import NotFound
from federation.sql import statement
from tenants.callers import Caller
from tenants.layout import Why

ADD_CONSENT = statement(__file__, "add_consent")
ADD_NOTICE = statement(__file__, "add_notice")
ENTRIES = statement(__file__, "member_entries")
LOTS = statement(__file__, "member_lots")
COUPONS = statement(__file__, "coupons_of_member")
GIVEN = statement(__file__, "handed_to_member")
NOTICES = (
    "SELECT notice, version, from_on, words, words_en FROM tenants.notices"
    " WHERE from_on <= %(today)s ORDER BY notice, version"
)
CONSENTS = (
    "SELECT notice, version, given, how, at FROM tenants.consents"
    " WHERE member_id = %(member_id)s ORDER BY consent_id"
)
ACTS = (
    "SELECT what, reason, acted_at AS at FROM tenants.acts"
    " WHERE member_id = %(member_id)s ORDER BY act_id"
)
DISCLOSURES = (
    "SELECT recipient, what, basis, at FROM tenants.disclosures"
    " WHERE member_id = %(member_id)s OR %(member_id)s::bigint IS NULL ORDER BY disclosure_id"
)
DISCLOSE = (
    "INSERT INTO tenants.disclosures (member_id, recipient, what, basis, client_id, at)"
    " VALUES (%(member_id)s, %(recipient)s, %(what)s, %(basis)s, %(client_id)s, %(now)s)"
)

SIGN_INS = (
    "SELECT what, at, address FROM auth.people_log WHERE member_id = %(member_id)s ORDER BY log_id"
)
DEVICES = (
    "SELECT agent, made_at, seen_at FROM auth.devices"
    " WHERE member_id = %(member_id)s ORDER BY made_at"
)

How = Literal["paper", "counter", "app", "phone", "page"]
Basis = Literal["consent", "law", "life", "health", "public-duty"]
Row = TypeVar("Row", bound=Struct)


class Notice(Struct, frozen=True):
    """What members are told, in one version."""

    notice: str
    version: int
    from_on: date
    words: str
    words_en: str


class Consent(Struct, frozen=True):
    """What a member agreed to (or took back), when, and how it was said."""

    notice: str
    version: int
    given: bool
    how: str
    at: datetime


class Disclosure(Struct, frozen=True):
    """What was handed to a third party, and on what ground."""

    recipient: str
    what: str
    basis: str
    at: datetime


class Done(Struct, frozen=True):
    """What the office did to a member, and why."""

    what: str
    reason: str
    at: datetime


class Booked(Struct, frozen=True, omit_defaults=True):
    """One thing that was booked for a member."""

    at: datetime
    business_date: date
    kind: str
    shop: str
    points: int
    paid_yen: int | None = None
    receipt_no: str | None = None


class Kept(Struct, frozen=True):
    """Points that are not spent."""

    rule: str
    points: int
    expires_on: date | None


class LeadsHere(Struct, frozen=True):
    """A card, phone, LINE id or another system's id that leads to the member, in full."""

    kind: str
    value: str
    state: str


class CouponKept(Struct, frozen=True, omit_defaults=True):
    """A coupon that the member was shown: when, and of a timed one from when to when it lived."""

    coupon: str
    shown_at: datetime
    started_at: datetime | None = None
    ends_at: datetime | None = None


class GivenWithoutPoints(Struct, frozen=True, omit_defaults=True):
    """A prize or a rank's benefit that was handed over, where and when."""

    what: str
    shop: str
    at: datetime
    taken_back_at: datetime | None = None


class SignIn(Struct, frozen=True):
    """What was noted when somebody came in, or failed to, in the member's name; and from where."""

    what: str
    at: datetime
    address: str


class Device(Struct, frozen=True):
    """A device from which no code is asked."""

    agent: str
    made_at: datetime
    seen_at: datetime


class PersonalFile(Struct, frozen=True):
    """保有個人データの開示: everything that is kept of one member."""

    member: str
    state: str
    rank: str
    joined_on: date
    points: int
    profile: Profile
    carriers: tuple[LeadsHere, ...]
    lots: tuple[Kept, ...]
    entries: tuple[Booked, ...]
    coupons: tuple[CouponKept, ...]
    handed: tuple[GivenWithoutPoints, ...]
    acts: tuple[Done, ...]
    consents: tuple[Consent, ...]
    disclosures: tuple[Disclosure, ...]
    sign_ins: tuple[SignIn, ...]
    devices: tuple[Device, ...]


async def personal_file(
    worker: AsyncConnection, auditor: AsyncConnection, member_id: int, handle: str
) -> PersonalFile:
    """All that is kept of a member; `NotFound` where there is none."""
    found = await profiles.read(worker, member_id)
    leading = await carriers.carriers_of(worker, member_id)
    asked = {"member_id": member_id}
    return PersonalFile(
        member=handle,
        state=found.state,
        rank=found.rank,
        joined_on=found.joined_on,
        points=found.points,
        profile=found.profile,
        carriers=tuple(LeadsHere(one.kind, one.carrier, one.state) for one in leading),
        lots=tuple(await _all(auditor, Kept, LOTS, asked)),
        entries=tuple(await _all(auditor, Booked, ENTRIES, asked)),
        coupons=tuple(await _all(auditor, CouponKept, COUPONS, asked)),
        handed=tuple(await _all(auditor, GivenWithoutPoints, GIVEN, asked)),
        acts=tuple(await _all(worker, Done, ACTS, asked)),
        consents=tuple(await _all(worker, Consent, CONSENTS, asked)),
        disclosures=tuple(await _all(worker, Disclosure, DISCLOSURES, asked)),
        sign_ins=tuple(await _all(worker, SignIn, SIGN_INS, asked)),
        devices=tuple(await _all(worker, Device, DEVICES, asked)),
    )


async def notices(conn: AsyncConnection, today: date) -> Sequence[Notice]:
    """Every version that is in force or was."""
    return await _all(conn, Notice, NOTICES, {"today": today})


async def add_notice(
    conn: AsyncConnection, notice: str, from_on: date, words: tuple[str, str], why: Why
) -> int:
    """The next version of a notice; its number."""
    asked = {
        "notice": notice, "from_on": from_on, "words": words[0], "words_en": words[1],
        "author": why.author, "reason": why.reason,
    }  # fmt: skip
    row = await (await conn.execute(ADD_NOTICE, asked)).fetchone()
    assert row is not None
    return int(row[0])


async def consent(
    conn: AsyncConnection, member_id: int, said: Consent, caller: Caller
) -> Sequence[Consent]:
    """Keep what a member agreed to; all that it ever did. A version that is not in force yet is not
    found."""
    await profiles.read(conn, member_id)
    asked = {
        "member_id": member_id, "notice": said.notice, "version": said.version,
        "given": said.given, "how": said.how, "client_id": caller.client_id, "now": said.at,
        "today": day_of(said.at),
    }  # fmt: skip
    if (await conn.execute(ADD_CONSENT, asked)).rowcount != 1:
        raise NotFound(pointer="/version")
    return await _all(conn, Consent, CONSENTS, {"member_id": member_id})


async def disclose(
    conn: AsyncConnection, member_id: int | None, told: Disclosure, caller: Caller
) -> None:
    """Keep what was handed to somebody else."""
    asked = {
        "member_id": member_id, "recipient": told.recipient, "what": told.what,
        "basis": told.basis, "client_id": caller.client_id, "now": told.at,
    }  # fmt: skip
    await conn.execute(DISCLOSE, asked)


async def disclosures(conn: AsyncConnection) -> Sequence[Disclosure]:
    """The whole record."""
    return await _all(conn, Disclosure, DISCLOSURES, {"member_id": None})


async def _all(
    conn: AsyncConnection, kind: type[Row], query: str, asked: Mapping[str, object]
) -> list[Row]:
    async with conn.cursor(row_factory=class_row(kind)) as cursor:
        await cursor.execute(query.encode(), asked)
        return await cursor.fetchall()
