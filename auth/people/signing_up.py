"""入会: one thing by which to reach somebody, a code that proves it is theirs, and they are a
member with a card on their screen.

What was told waits sealed in the visitor's own browser or app; the database keeps a digest of it,
the code's, and how often it was guessed. Only whoever typed the right code learns whether an
address or a card is somebody's already, and never whose.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct
from psycopg import AsyncConnection

from auth.people import tries
from auth.people.factors import Means
from auth.people.seals import sha256
from auth.people.sessions import Visitor
from auth.people.tries import Bound
from federation import carriers, profiles, register
from federation.days import day_of
from federation.profiles import Profile
from federation.reading import rows
from federation.refusals import CardKnown, RateLimited, Refusal
from federation.sql import statement
from tenants import acts, enriching, joining_rules, personal_file, privacy
from tenants.callers import Caller
from tenants.joining_rules import NOTICE, Told, admit
from tenants.personal_file import Consent
from tenants.privacy import NoPersonalData

ADD = statement(__file__, "add_sign_up")
TRY = statement(__file__, "try_sign_up")
USE = statement(__file__, "use_sign_up")
SWEEP = statement(__file__, "sweep_sign_ups")
BY_EMAIL = statement(__file__, "member_by_email")
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(28010, hashtext(%(email)s))"

MOST_OF_CONTACT = 3  # codes to one address or number in fifteen minutes
MOST_OF_ADDRESS = 50  # many share a mobile network's address
LASTS = timedelta(minutes=15)
WAIT_SECONDS = 900
PURPOSE = "sign-up"
PAGE = Caller("page", 1, frozenset(), None, wide=False)


class WrongCode(Refusal):
    """確認コードが違うか、期限が切れています。もう一度はじめからお試しください
    The code is wrong or over: try again, or begin anew."""

    status = 401
    burns = False
    do = "retry"
    staff_text = "確認コードが違います"


class ContactKnown(Refusal):
    """この連絡先はすでに登録されています。ログインしてください
    This address or number is registered already: sign in."""

    burns = False
    do = "ask-member"
    staff_text = "登録済みの連絡先"


class Sent(Struct, frozen=True):
    """A sign-up that waits: what the browser keeps, and the code that goes to the contact."""

    sign_up: str
    code: str
    expires_at: datetime


async def begin(
    worker: AsyncConnection[Any],
    means: Means,
    told: Told,
    visitor: Visitor,
    now: datetime,
    today_at: datetime,
) -> Sent:
    """Take down what somebody says who joins, and draw a code for them. `now` is the wall's, by
    which codes last; `today_at` the programme's."""
    if await privacy.forbids(worker):
        raise NoPersonalData
    today = day_of(today_at)
    admit(told, await joining_rules.joining(worker, today), today)
    bounds = [
        Bound(means.seals.digest("sign-up", told.contact.lower()), MOST_OF_CONTACT),
        Bound(means.seals.digest("sign-up-address", visitor.address), MOST_OF_ADDRESS),
    ]
    if not await tries.may_try(worker, bounds, now):
        raise RateLimited(retry_after=WAIT_SECONDS)
    wrapped = means.seals.wrap(msgspec.json.encode(told), PURPOSE)
    code, expires_at = f"{secrets.randbelow(10**6):06}", now + LASTS
    asked = {
        "sign_up_sha256": sha256(wrapped), "code": _digest(means, wrapped, code),
        "expires_at": expires_at,
    }  # fmt: skip
    await worker.execute(ADD, asked)
    return Sent(wrapped, code, expires_at)


async def confirm(
    worker: AsyncConnection[Any],
    means: Means,
    wrapped: str,
    code: str,
    now: datetime,
    today_at: datetime,
) -> int:
    """The right code makes a member; who it is. `WrongCode`, `ContactKnown`, `CardKnown`; the code
    is used up with the member it makes, and by five wrong ones."""
    asked = {"sign_up_sha256": sha256(wrapped), "now": now}
    async with worker.transaction():
        found = await rows(worker, TRY, asked)  # counted before it is looked at
    words = means.seals.unwrap(wrapped, PURPOSE)
    if not found or words is None:
        raise WrongCode
    if not secrets.compare_digest(bytes(found[0]["code"]), _digest(means, wrapped, code)):
        raise WrongCode
    async with worker.transaction():
        if (await worker.execute(USE, asked)).rowcount != 1:
            raise WrongCode
        return await join(worker, msgspec.json.decode(words, type=Told), today_at)


async def join(worker: AsyncConnection[Any], told: Told, now: datetime) -> int:
    """Make somebody a member whose contact was proved, with the card in their hand or a new one, in
    the caller's transaction."""
    today = day_of(now)
    if await privacy.forbids(worker):
        raise NoPersonalData
    admit(told, await joining_rules.joining(worker, today), today)
    if told.email is not None:
        await worker.execute(ONE_AT_A_TIME, {"email": told.email.lower()})
        if await rows(worker, BY_EMAIL, {"email": told.email.lower()}):
            raise ContactKnown
    if told.card is not None:
        member_id = await register.register(worker, told.card)
    else:
        member_id = await register.welcome(worker, today)
    if told.phone is not None:
        try:
            await carriers.attach(worker, member_id, "phone", told.phone, today)
        except CardKnown:
            raise ContactKnown from None
    known = Profile(email=told.email, phone=told.phone)
    await carriers.lock(worker, member_id)
    await profiles.write(worker, member_id, known, now)
    if told.birth_on is not None:
        await enriching.tell(worker, member_id, Profile(birth_on=told.birth_on), now)
    agreed = Consent(NOTICE, told.notice_version, True, "page", now)
    await personal_file.consent(worker, member_id, agreed, PAGE)
    what: acts.What = "joined" if told.card is None else "registered"
    await acts.record(worker, member_id, what, PAGE, "入会 / joined", now)
    return member_id


async def sweep(conn: AsyncConnection[Any], now: datetime) -> int:
    """Forget sign-ups whose code is over; how many."""
    return (await conn.execute(SWEEP, {"now": now})).rowcount


def _digest(means: Means, wrapped: str, code: str) -> bytes:
    return means.seals.digest("sign-up-code", sha256(wrapped).hex(), code)
