"""会員証の画面: a code that a till reads, what was spent, which mails; no page needs a script."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from psycopg import AsyncConnection

from auth.line import AUTHORIZE
from auth.people import drawing, member_sign_in, sessions
from auth.people.reception import MOST_BYTES, Asked, Reception, to
from auth.people.refusals import OtherSite, SignInFirst
from auth.people.seals import sha256
from auth.people.sessions import Session
from auth.people.sign_in_pages import lang_of, refused
from auth.people.signing_up import PAGE
from auth.people.subjects import signed_in
from federation import carriers, codes, profiles
from federation.cards import card_of
from federation.days import day_of
from federation.opaque import Names
from federation.reading import rows
from federation.refusals import CardKnown, NotFound, RateLimited, Refusal
from tenants import acts, noticing, privacy
from tenants.me_notices_api import place_of
from tenants.privacy import NoPersonalData

Now = Callable[[], datetime]
MOST_SHOWN = 50
SETTINGS = "/member/settings"
SAVED = ("保存しました。", "Saved.")
LINE_BACK = "/member/line/back"
LINE_PURPOSE = "line"


class LineTaken(Refusal):
    """この LINE はすでに別の会員につながっています
    This LINE account leads to another member already."""

    burns = False
    staff_text = "連携済みのLINE"


@get("/member/card", requires="anyone", page=True, include_in_schema=False)
async def get_card(
    request: Asked,
    reception: NamedDependency[Reception],
    counter: NamedDependency[AsyncConnection],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """The member's card: a code that pays once, fresh each minute. / デジタル会員証"""
    session, member_id = await member_here(request, reception)
    said = await on_screen(counter, worker, member_id, clock())
    return reception.page(request, "members/card.html", session, **said)


async def on_screen(
    counter: AsyncConnection[Any], worker: AsyncConnection[Any], member_id: int, now: datetime
) -> dict[str, Any]:
    """What a member's screen shows to a till: a fresh code that pays once, or, where none is to be
    had, the card's own number, which earns."""
    standing = await profiles.read(worker, member_id)
    said: dict[str, Any] = {"standing": standing, "again_seconds": 60, "spends": True}
    try:
        if standing.state != "active":
            raise NotFound
        number = (await codes.issue(counter, member_id, now)).code
    except (NotFound, RateLimited) as why:  # the card alone still earns
        number = await card_of(worker, member_id)
        said |= {"spends": False, "again_seconds": why.retry_after or 60}
    return said | drawn(number)


def drawn(number: str) -> dict[str, Any]:
    """A number as bars, as a square and as digits."""
    return {
        "bars": drawing.bars(number), "square": drawing.square(number),
        "number": drawing.spaced(number),
    }  # fmt: skip


@get("/member/notices", requires="anyone", page=True, include_in_schema=False)
async def get_notices(
    request: Asked,
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """What the member was told, newest first. / お知らせ"""
    session, member_id = await member_here(request, reception)
    found = await noticing.listed(worker, member_id, clock(), before=None, most=MOST_SHOWN)
    told = [(names.seal("notice", member_id, one.notice_id), one) for one in found]
    kinds = noticing.KINDS
    return reception.page(request, "members/notices.html", session, found=told, kinds=kinds)


@post(
    "/member/notices", requires="anyone", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_notices(
    request: Asked,
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """It was not me. / 心当たりがない"""
    session, member_id = await member_here(request, reception)
    said = await reception.form(request, session)
    notice_id = place_of(names, member_id, said.get("notice", ""))
    assert notice_id is not None
    await noticing.deny(worker, member_id, notice_id, clock())
    return to("/member/notices", lang=lang_of(request))


@get("/member/not-me", requires="anyone", page=True, include_in_schema=False)
async def get_not_me(
    request: Asked,
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """What a mail's link shows: a question, and nothing is done by looking. / 心当たりの確認"""
    key = request.query_params.get("key", "")
    _, told = await noticing.by_link(worker, names, key, clock())
    return reception.page(request, "members/not_me.html", told=told)


@post(
    "/member/not-me", requires="anyone", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_not_me(
    request: Asked,
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """It was not them: frozen at once; the link has done its work. / 心当たりがない"""
    await reception.form(request, token=False)
    now, key = clock(), request.query_params.get("key", "")
    member_id, told = await noticing.by_link(worker, names, key, now)
    told = await noticing.deny(worker, member_id, told.notice_id, now)
    return reception.page(request, "members/not_me.html", told=told)


@get(SETTINGS, requires="anyone", page=True, include_in_schema=False)
async def get_settings(
    request: Asked,
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
) -> Response[Any]:
    """Mails by kind, and LINE. / 設定"""
    session, member_id = await member_here(request, reception)
    return await _settings(request, reception, worker, session, member_id)


@post(
    SETTINGS, requires="anyone", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_settings(
    request: Asked,
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """Which mails are wanted from now on. / メールの設定"""
    session, member_id = await member_here(request, reception)
    said = await reception.form(request, session)
    known = await noticing.choices(worker, member_id)
    for kind, wanted in known.items():
        if (said.get(kind) == "yes") != wanted:
            await noticing.choose(worker, member_id, kind, not wanted, clock())
    return to(SETTINGS, lang=lang_of(request), done="yes")


@post(
    "/member/own-password", requires="anyone", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_own_password(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """Whoever has no password yet chooses one on this device. / 最初のパスワード"""
    session, member_id = await member_here(request, reception)
    await reception.form(request, session)
    async with reception.worker() as conn:
        if await rows(conn, member_sign_in.LOGIN, {"member_id": member_id}):
            return to("/member/password", lang=lang_of(request))
        who = member_sign_in.Contact(member_id, None)
        visitor, now = reception.visitor(request), reception.now()
        key = await member_sign_in.link(conn, reception.means, who, visitor, now)
    if key is None:
        raise RateLimited(retry_after=900)
    return to("/member/welcome", key=key, lang=lang_of(request))


@post(
    "/member/line", requires="anyone", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_line(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """On to LINE, which says who one is there. / LINE連携"""
    session, _ = await member_here(request, reception)
    await reception.form(request, session)
    if reception.line is None:
        raise NotFound
    state = secrets.token_urlsafe(32)
    async with reception.door() as conn:
        await sessions.challenge(conn, session, sha256(state), LINE_PURPOSE, reception.now())
    nonce, verifier = line_words(reception, session, state)
    back = reception.means.site.origin + LINE_BACK
    return to(reception.line.door(back, state, nonce, verifier, lang_of(request)))


@get(LINE_BACK, requires="anyone", page=True, include_in_schema=False)
async def get_line_back(
    request: Asked,
    reception: NamedDependency[Reception],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """Back from LINE: it leads to this member from now on. / LINE連携の完了"""
    session, member_id = await member_here(request, reception)
    state = request.query_params.get("state", "")[:200]
    if reception.line is None:
        raise NotFound
    async with reception.door() as conn:
        set_ = await sessions.challenged(conn, session, LINE_PURPOSE, reception.now())
    if set_ is None or not secrets.compare_digest(set_, sha256(state)):
        raise OtherSite
    code = request.query_params.get("code", "")[:1000]
    if not code:  # the member did not want to after all
        return to(SETTINGS, lang=lang_of(request))
    nonce, verifier = line_words(reception, session, state)
    back = reception.means.site.origin + LINE_BACK
    try:
        sub = await reception.line.who(code, back, nonce, verifier, reception.now())
        async with reception.worker() as conn:
            await _link(conn, member_id, sub, clock())
    except Refusal as why:
        async with reception.worker() as conn:
            return await _settings(request, reception, conn, session, member_id, why)
    return to(SETTINGS, lang=lang_of(request))


@post(
    "/member/line/unlink", requires="anyone", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_line_unlink(
    request: Asked,
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """LINE leads here no longer; the member stays. / LINE連携の解除"""
    session, member_id = await member_here(request, reception)
    await reception.form(request, session)
    if await carriers.detach(worker, member_id, "line"):
        why = "LINE 連携の解除 / LINE was unlinked"
        await acts.record(worker, member_id, "carrier-removed", PAGE, why, clock())
    return to(SETTINGS, lang=lang_of(request))


async def member_here(request: Asked, reception: Reception) -> tuple[Session, int]:
    """The member who is signed in, with the session; `SignInFirst`."""
    session = await reception.member_session(request)
    subject = await signed_in(request)
    if session is None or subject is None:
        raise SignInFirst
    return session, subject.member_id


def line_words(reception: Reception, session: Session, state: str) -> tuple[str, str]:
    """The nonce and the verifier of one try, of this session alone: worked out, never kept."""
    whose, seals = session.session_sha256.hex(), reception.means.seals
    return (
        seals.digest("line-nonce", whose, state).hex(),
        seals.digest("line-verifier", whose, state).hex(),
    )


async def _link(conn: AsyncConnection[Any], member_id: int, sub: str, now: datetime) -> None:
    if await privacy.forbids(conn):
        raise NoPersonalData
    try:
        await carriers.attach(conn, member_id, "line", sub, day_of(now))
    except CardKnown:
        raise LineTaken from None
    why = "LINE 連携 / LINE was linked"
    await acts.record(conn, member_id, "carrier-added", PAGE, why, now)


async def _settings(
    request: Asked,
    reception: Reception,
    worker: AsyncConnection[Any],
    session: Session,
    member_id: int,
    why: Refusal | None = None,
) -> Response[Any]:
    saved = why is None and request.query_params.get("done") == "yes"
    linked = [one for one in await carriers.carriers_of(worker, member_id) if one.kind == "line"]
    said = {
        "mails": await noticing.choices(worker, member_id),
        "kinds": noticing.KINDS,
        "line_on": reception.line is not None,
        "linked": bool(linked),
        "done": SAVED if saved else None,
        "forms_lead_to": AUTHORIZE.partition("/oauth2")[0],
    }
    return refused(reception, request, "members/settings.html", why, session, **said)


ROUTES: list[HTTPRouteHandler] = [
    get_card,
    get_notices,
    post_notices,
    get_not_me,
    post_not_me,
    get_settings,
    post_settings,
    post_own_password,
    post_line,
    get_line_back,
    post_line_unlink,
]
