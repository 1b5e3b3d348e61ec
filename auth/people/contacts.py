"""連絡先の変更: another address or number, once the code that went there was typed."""

import secrets
from datetime import datetime
from typing import Any

from msgspec import structs
from psycopg import AsyncConnection

from auth.people import sessions, signing_up, tries
from auth.people.factors import Means
from auth.people.sessions import Session
from auth.people.signing_up import PAGE, ContactKnown, WrongCode
from auth.people.tries import Bound
from federation import carriers, profiles
from federation.days import day_of
from federation.profiles import Profile
from federation.reading import rows
from federation.refusals import CardKnown, RateLimited
from tenants import acts, privacy
from tenants.privacy import NoPersonalData

PURPOSE = "contact"
MOST = 5  # codes, and guesses, in fifteen minutes
WHY = "連絡先の変更 / contact changed"


async def draw(
    door: AsyncConnection[Any], means: Means, session: Session, contact: str, now: datetime
) -> str:
    """A code to send to the new contact; the session keeps a digest of both. `RateLimited`."""
    if not await tries.may_try(door, [_bound(means, "contact-codes", session)], now):
        raise RateLimited(retry_after=signing_up.WAIT_SECONDS)
    code = f"{secrets.randbelow(10**6):06}"
    digest = _digest(means, session, contact, code)
    await sessions.challenge(door, session, digest, PURPOSE, now)
    return code


async def proved(
    door: AsyncConnection[Any], means: Means, session: Session, contact: str, code: str,
    now: datetime,
) -> None:  # fmt: skip
    """The code that went to this contact was typed; `WrongCode`, also after five guesses."""
    open_ = await tries.may_try(door, [_bound(means, "contact-guesses", session)], now)
    set_ = await sessions.challenged(door, session, PURPOSE, now)
    if set_ is None or not open_:
        raise WrongCode
    if not secrets.compare_digest(set_, _digest(means, session, contact, code)):
        await sessions.challenge(door, session, set_, PURPOSE, now)
        raise WrongCode


async def change(
    worker: AsyncConnection[Any], member_id: int, contact: str, now: datetime
) -> Profile:
    """Reach a member there from now on; who they were before. `ContactKnown`."""
    if await privacy.forbids(worker):
        raise NoPersonalData
    email = contact if "@" in contact else None
    if email is not None:
        await worker.execute(signing_up.ONE_AT_A_TIME, {"email": email.lower()})
        found = await rows(worker, signing_up.BY_EMAIL, {"email": email.lower()})
        if any(row["member_id"] != member_id for row in found):
            raise ContactKnown
    await carriers.lock(worker, member_id)
    known = (await profiles.read(worker, member_id)).profile
    if email is None:
        await carriers.detach(worker, member_id, "phone")
        try:
            await carriers.attach(worker, member_id, "phone", contact, day_of(now))
        except CardKnown:
            raise ContactKnown from None
        new = structs.replace(known, phone=contact)
    else:
        new = structs.replace(known, email=email)
    await profiles.write(worker, member_id, new, now)
    await acts.record(worker, member_id, "profile-written", PAGE, WHY, now)
    return known


def _digest(means: Means, session: Session, contact: str, code: str) -> bytes:
    return means.seals.digest("contact-code", session.session_sha256.hex(), contact, code)


def _bound(means: Means, kind: str, session: Session) -> Bound:
    return Bound(means.seals.digest(kind, str(session.member_id)), MOST)
