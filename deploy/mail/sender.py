"""差出: letters that are due leave by SMTP, one after another, at least once. Without a server they
wait, and the board says so; of what was sent nothing is logged but how many."""

import hashlib
import hmac
from datetime import date, datetime

from opentelemetry import metrics
from psycopg import AsyncConnection

from auth.people.mail import NotSent, Post
from deploy.jobs.tools import Moment, Tools
from deploy.mail.letters import KNOWN, written
from federation.days import day_of
from federation.opaque import Names
from tenants.mailing import outbox
from tenants.mailing.outbox import Due
from tenants.noticing import not_me_link

MOST = 1_000  # of one run; the next minute's takes the next

_meter = metrics.get_meter("meguri")
waiting = _meter.create_gauge(
    "meguri.mail.waiting", unit="{letter}", description="letters that wait"
)
dead = _meter.create_gauge(
    "meguri.mail.dead", unit="{letter}", description="letters that were given up"
)


async def send_letters(tools: Tools, _: Moment) -> int:
    """Send what is due; how many letters left."""
    settings = tools.settings
    post, names = Post(settings.smtp, settings.mail_from), Names(settings.secret)
    sent = 0
    async with tools.pools.bare("worker") as conn:
        await outbox.lay_out(conn, KNOWN, tools.clock())
        while post.named and sent < MOST:
            letters = await outbox.due(conn, tools.clock())
            if not letters:
                break
            for letter in letters:
                sent += await sent_one(conn, letter, post, names, tools)
        stands = await outbox.stands(conn)
    waiting.set(stands.waiting)
    dead.set(stands.dead)
    return sent


async def sent_one(conn: AsyncConnection, due: Due, post: Post, names: Names, tools: Tools) -> bool:
    """One letter, and what became of it; where no server answers, the rest waits as well."""
    now = tools.clock()
    reason = unwanted(due) or await over(conn, due, now)
    if reason is not None:
        await outbox.settle(conn, due, "dropped", now, reason)
        return False
    due = await as_it_stands(conn, due)
    letter = written(
        due,
        tools.settings.issuer,
        f"/mail/off/{due.kind}/{names.seal('member', 0, due.member_id)}",
        not_me_link(tools.settings.issuer, names, due.member_id, due.notice_id),
        named(tools.settings.secret, due.notice_id, post.domain),
    )
    assert due.email is not None
    try:
        await post.deliver(due.email, letter.subject, letter.text, letter.html, letter.headers)
    except NotSent as why:
        if why.away:  # no letter's fault: all of them wait
            raise
        await outbox.settle(conn, due, "dead" if why.gone else "waiting", now, str(why))
        return False
    await outbox.settle(conn, due, "sent", now)
    return True


def unwanted(due: Due) -> str | None:
    """Why a letter is not sent, as far as its reader is concerned."""
    if not due.email:
        return "no-address"
    if due.state in ("merged", "withdrawn"):
        return "gone"
    return None if due.wanted else "not-wanted"


async def over(conn: AsyncConnection, due: Due, now: datetime) -> str | None:
    """Why a reminder is not sent any more: nothing lapses on that day, or the day is over."""
    if due.words != "expiry":
        return None
    on = date.fromisoformat(due.facts["expires_on"])
    if on < day_of(now) or not await outbox.lapses(conn, due.member_id, on):
        return "nothing-lapses"
    return None


async def as_it_stands(conn: AsyncConnection, due: Due) -> Due:
    """A reminder tells what lapses as of its sending."""
    if due.words != "expiry":
        return due
    on = date.fromisoformat(due.facts["expires_on"])
    points = await outbox.lapses(conn, due.member_id, on)
    told = {name: getattr(due, name) for name in due.__struct_fields__}
    return Due(**{**told, "facts": {**due.facts, "points": points}})


def named(secret: str, notice_id: int, domain: str) -> str:
    """The same name whenever a letter is sent, so that who gets it twice may see that it is one."""
    digest = hmac.digest(secret.encode(), f"letter {notice_id}".encode(), hashlib.sha256)
    return f"<{digest.hex()[:32]}@{domain}>"
