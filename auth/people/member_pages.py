"""会員のログイン画面: sign in, a code for a new device, a password of one's own, and which apps may
ask in one's name."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from auth import clients
from auth.people import member_sign_in, sessions
from auth.people.member_apps import apps_of
from auth.people.member_sign_in import Contact
from auth.people.reception import (
    DEVICE_COOKIE,
    MEMBER_COOKIE,
    MOST_BYTES,
    Asked,
    Reception,
    cookie,
    no_cookie,
    to,
    within,
)
from auth.people.refusals import NotSignedIn, SignInFirst, WeakPassword
from auth.people.sessions import Session, Visitor
from auth.people.sign_in_pages import lang_of, refused
from auth.people.subjects import signed_in
from auth.scopes import SCOPES
from federation.days import day_of
from federation.reading import rows
from tenants import joining_rules

Now = Callable[[], datetime]
A_YEAR = 365 * 24 * 3600
HOME = "/member"
DEVICES = "/member/devices"
CODE_SUBJECT = "【巡り】ログインの確認コード / your sign-in code"
CODE = """確認コード: {code}

新しい端末からのログインです。5分以内に入力してください。
心当たりがなければ、誰にも教えずにパスワードを変えてください。

Your code: {code}
Somebody signs in from a new device. It holds for five minutes.
If it is not you, tell nobody, and change your password.
"""
TEXT = "巡り 確認コード {code}（5分）/ Meguri code {code}"
LINK_SUBJECT = "【巡り】パスワードの設定 / choose your password"
LINK = """次のリンクからパスワードを決めてください。1時間、一度だけ使えます。
{link}

Choose your password by this link. It is good once, for an hour.
"""


@get("/member/sign-in", requires="anyone", page=True, include_in_schema=False)
async def get_sign_in(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """The first half. / 会員のログイン"""
    return reception.page(request, "members/sign_in.html")


@post(
    "/member/sign-in", requires="anyone", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_sign_in(
    request: Asked, reception: NamedDependency[Reception], clock: NamedDependency[Now]
) -> Response[Any]:
    """A password: a session from a known device, a code from another. / パスワード"""
    told = await reception.form(request, token=False)
    login = told.get("login", "")[:200]
    async with reception.worker() as worker:
        contact = await member_sign_in.who(worker, login)
    async with reception.door() as conn:
        began = await member_sign_in.first(
            conn, reception.means, contact, login, told.get("password", ""),
            request.cookies.get(DEVICE_COOKIE, ""), reception.visitor(request), reception.now(),
        )  # fmt: skip
    if began is None:
        return refused(reception, request, "members/sign_in.html", NotSignedIn())
    if began.code is None:
        assert contact is not None
        back = await told_first(reception, contact.member_id, _onward(request), clock())
        onward = to(back, lang=lang_of(request))
    else:
        back = request.query_params.get("return_to", "")
        onward = to("/member/code", lang=lang_of(request), return_to=back)
        if began.contact is not None:
            letter = CODE.format(code=began.code)
            words = (CODE_SUBJECT, letter, TEXT.format(code=began.code))
            onward.background = BackgroundTask(reach, reception, began.contact, *words)
    onward.set_cookie(cookie(MEMBER_COOKIE, began.token, same_site="lax"))
    return onward


@get("/member/code", requires="anyone", page=True, include_in_schema=False)
async def get_code(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """The second half: the code that was sent. / 確認コード"""
    return reception.page(request, "members/code.html", await _half(reception, request))


@post(
    "/member/code", requires="anyone", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_code(
    request: Asked, reception: NamedDependency[Reception], clock: NamedDependency[Now]
) -> Response[Any]:
    """The code that was sent; the device is known from now on. / 確認コード"""
    session = await _half(reception, request)
    told = await reception.form(request, session)
    code = "".join(sign for sign in told.get("code", "") if sign.isdecimal())[:10]
    async with reception.door() as conn:
        found = await member_sign_in.second(
            conn, reception.means, session, code, reception.visitor(request), reception.now()
        )
    if found is None:
        return refused(reception, request, "members/code.html", NotSignedIn(), session)
    assert session.member_id is not None
    back = await told_first(reception, session.member_id, _onward(request), clock())
    return known(to(back, lang=lang_of(request)), *found)


@get("/member/password", requires="anyone", page=True, include_in_schema=False)
async def get_password(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """Ask for a link with which to choose a password. / パスワードの設定"""
    return reception.page(request, "members/password.html", sent=False)


@post(
    "/member/password", requires="anyone", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_password(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """The same answer to everybody; the link goes where the member's letters go. / 設定リンク"""
    told = await reception.form(request, token=False)
    shown = reception.page(request, "members/password.html", sent=True)
    visitor = reception.visitor(request)
    shown.background = BackgroundTask(_send_link, reception, told.get("login", "")[:200], visitor)
    return shown


async def _send_link(reception: Reception, login: str, visitor: Visitor) -> None:
    now = reception.now()
    async with reception.worker() as conn:
        contact = await member_sign_in.who(conn, login)
        if contact is None:
            return
        key = await member_sign_in.link(conn, reception.means, contact, visitor, now)
    if key is not None:
        link = f"{reception.means.site.origin}/member/welcome?key={key}"
        text = f"巡り パスワードの設定（1時間）{link}"
        await reach(reception, contact, LINK_SUBJECT, LINK.format(link=link), text)


async def reach(
    reception: Reception, contact: Contact, subject: str, letter: str, text: str
) -> None:
    """A letter to a member, or a text to whoever has no address, where texts can be sent."""
    if contact.email is not None:
        await reception.send(contact.email, subject, letter)
    elif contact.phone is not None and reception.texts.on:
        await reception.texts.send(contact.phone, text)


@get("/member/welcome", requires="anyone", page=True, include_in_schema=False)
async def get_welcome(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """What a link shows; looking does not use it up. / パスワードの設定"""
    async with reception.door() as conn:
        await member_sign_in.for_whom(conn, request.query_params.get("key", ""), reception.now())
    return reception.page(request, "members/welcome.html")


@post(
    "/member/welcome", requires="anyone", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_welcome(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """A password of one's own; this device is known from now on. / パスワードの設定"""
    told = await reception.form(request, token=False)
    try:
        async with reception.door() as conn:
            found = await member_sign_in.choose(
                conn, reception.means, request.query_params.get("key", ""),
                told.get("password", ""), reception.visitor(request), reception.now(),
            )  # fmt: skip
    except WeakPassword as why:
        return refused(reception, request, "members/welcome.html", why)
    return known(to(HOME, lang=lang_of(request)), *found)


@get(DEVICES, requires="anyone", page=True, include_in_schema=False)
async def get_devices(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """One's own sessions. / ログイン中の端末"""
    subject = await signed_in(request)
    session = await reception.member_session(request)
    if subject is None or session is None:
        raise SignInFirst
    async with reception.door() as conn:
        found = await sessions.listed(conn, reception.now(), member_id=subject.member_id)
        logins = await rows(conn, member_sign_in.LOGIN, {"member_id": subject.member_id})
    async with reception.worker() as conn:
        apps = await apps_of(conn, subject.member_id, reception.now())
    own = subject.session_sha256.hex()[:16]
    return reception.page(
        request, "members/devices.html", session, found=found, own=own, apps=apps, scopes=SCOPES,
        password=bool(logins),
    )  # fmt: skip


@post(
    "/member/apps", requires="anyone", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_apps(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """Take back what one allowed an app; none of its tokens holds any more. / 連携の取消"""
    session = await reception.member_session(request)
    if session is None or session.factor is None or session.member_id is None:
        raise SignInFirst
    told = await reception.form(request, session)
    async with reception.worker() as conn:
        app = told.get("app", "")
        await clients.end_grants(conn, session.member_id, reception.now(), app)
    return to(DEVICES, lang=lang_of(request))


@post(
    "/member/sessions", requires="anyone", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_sessions(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """End one of one's own sessions; `own` is this one, `all` forgets every device. / 終了"""
    session = await reception.member_session(request)
    if session is None or session.factor is None or session.member_id is None:
        raise SignInFirst
    told = await reception.form(request, session)
    async with reception.door() as conn:
        key, member_id = told.get("key", ""), session.member_id
        if key == "all":
            await conn.execute(member_sign_in.DROP_DEVICES, {"member_id": member_id})
            await sessions.end_all(conn, member_id=member_id)
        elif key == "own":
            await sessions.end(conn, session.session_sha256)
        else:
            await sessions.end_by_key(conn, key, member_id=member_id)
            return to(DEVICES, lang=lang_of(request))
    gone = to("/member/sign-in", lang=lang_of(request))
    gone.set_cookie(no_cookie(MEMBER_COOKIE))
    return gone


async def told_first(reception: Reception, member_id: int, onward: str, now: datetime) -> str:
    """Where a member goes on to who has signed in: by way of the notice that is new to them."""
    async with reception.worker() as conn:
        new = await joining_rules.pending(conn, member_id, day_of(now))
    return onward if new is None else f"/member/agree?return_to={quote(onward, safe='')}"


async def _half(reception: Reception, request: Asked) -> Session:
    session = await reception.member_session(request)
    if session is None or session.factor is not None:
        raise SignInFirst
    return session


def _onward(request: Asked) -> str:
    return within(request.query_params.get("return_to"), HOME)


def known(onward: Redirect, token: str, device: str) -> Redirect:
    """Go on signed in, on a device that is known from now on."""
    onward.set_cookie(cookie(MEMBER_COOKIE, token, same_site="lax"))
    onward.set_cookie(cookie(DEVICE_COOKIE, device, A_YEAR))
    return onward


ROUTES: list[HTTPRouteHandler] = [
    get_sign_in,
    post_sign_in,
    get_code,
    post_code,
    get_password,
    post_password,
    get_welcome,
    post_welcome,
    get_devices,
    post_sessions,
    post_apps,
]
