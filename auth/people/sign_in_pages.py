"""ログイン画面: a password, a second factor, a link that lets somebody in for the first time."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from auth.people import factors, people, sessions, signing_in, totp
from auth.people.factors import Shown
from auth.people.reception import (
    CONSOLE,
    COOKIE,
    MOST_BYTES,
    Asked,
    Reception,
    cookie,
    no_cookie,
    session_of,
    to,
    within,
)
from auth.people.refusals import (
    FreshFactorNeeded,
    NotSignedIn,
    OtherSite,
    SignInFirst,
    WeakPassword,
)
from auth.people.roles import needs_passkey
from auth.people.sessions import Session
from federation.refusals import Refusal
from federation.refusals import titles as titles_of

HOME = "/console"
ENROL = "enrol"


@get("/console/sign-in", requires="anyone", page=True, include_in_schema=False)
async def get_sign_in(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """The first half. / ログイン"""
    host = request.headers.get("host", "")
    origin = reception.means.site.origin
    if host and not origin.endswith(f"//{host.lower()}"):
        # A cookie and a passkey belong to one host: the one that the instance is known by.
        return Redirect(f"{origin}/console/sign-in", status_code=303)
    return reception.page(request, "people/sign_in.html", return_to=_onward(request))


@post(
    "/console/sign-in", requires="anyone", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_sign_in(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """A password: half a session, or the same answer as ever. / パスワード"""
    told = await reception.form(request, token=False)
    async with reception.door() as conn:
        token = await signing_in.first(
            conn, reception.means, told.get("login", ""), told.get("password", ""),
            reception.visitor(request), reception.now(),
        )  # fmt: skip
    if token is None:
        return refused(reception, request, "people/sign_in.html", NotSignedIn())
    onward = to("/console/second", lang=lang_of(request), return_to=_onward(request))
    return with_cookie(onward, token)


@get("/console/second", requires="anyone", page=True, include_in_schema=False)
async def get_second(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """The second half: a code or a passkey. / 二つ目の確認"""
    session = await half(reception, request)
    if session.state == "invited":
        return to("/console/enrol", lang=lang_of(request))
    return await _second(reception, request, session)


@post(
    "/console/second", requires="anyone", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_second(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """A second factor: the whole session, under a new name. / 二つ目の確認"""
    session = await half(reception, request)
    shown = shown_in(await reception.form(request, session))
    async with reception.door() as conn:
        token = await signing_in.second(
            conn, reception.means, session, shown, reception.visitor(request), reception.now()
        )
    if token is None:
        return await _second(reception, request, session, NotSignedIn())
    return with_cookie(to(_onward(request) or HOME, lang=lang_of(request)), token)


async def _second(
    reception: Reception, request: Asked, session: Session, why: Refusal | None = None
) -> Response[Any]:
    async with reception.door() as conn:
        asked = await factors.asked(conn, reception.means, session, "sign-in", reception.now())
        has_code = (await factors.secret_of(conn, session.person)).totp is not None
    return refused(
        reception, request, "people/second.html", why, session,
        asked=asked, has_code=has_code, approver=needs_passkey(session.roles),
    )  # fmt: skip


@get("/console/welcome", requires="anyone", page=True, include_in_schema=False)
async def get_welcome(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """What a link shows: whom it is for. Looking does not use it up. / 招待"""
    key = request.query_params.get("key", "")
    async with reception.door() as conn:
        whom = await people.opened(conn, key, reception.now())
    return reception.page(request, "people/welcome.html", whom=whom)


@post(
    "/console/welcome", requires="anyone", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_welcome(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """Use a link up: a password of one's own, then a second factor. / 招待"""
    told = await reception.form(request, token=False)
    key = request.query_params.get("key", "")
    async with reception.door() as conn:
        whom = await people.opened(conn, key, reception.now())
        try:
            token = await people.come_in(
                conn, reception.means, key, told.get("password", ""),
                reception.visitor(request), reception.now(),
            )  # fmt: skip
        except WeakPassword as why:
            return refused(reception, request, "people/welcome.html", why, whom=whom)
    return with_cookie(to("/console/enrol", lang=lang_of(request)), token)


@get("/console/enrol", requires="anyone", page=True, include_in_schema=False)
async def get_enrol(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """Make a second factor: for the first time, or one more. / 確認手段の登録"""
    return await _enrol(reception, request, await enrolling(reception, request))


@post(
    "/console/enrol", requires="anyone", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_enrol(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """Keep a second factor once it works; whoever had half a session has a whole one. / 登録"""
    session = await enrolling(reception, request)
    told = await reception.form(request, session)
    shown, now = shown_in(told), reception.now()
    async with reception.door() as conn:
        keys = await factors.keys_of(conn, session.person)
        if needs_passkey(session.roles) and not keys and not shown.credential:
            raise OtherSite  # the page offers no code to an approver without a passkey
        factor = await factors.enrol(
            conn, reception.means, session, shown, told.get("name", ""), now
        )
        if factor is None:
            return await _enrol(reception, request, session, NotSignedIn())
        if session.factor is not None:
            return to("/console/sessions", lang=lang_of(request))
        token = await signing_in.whole(
            conn, reception.means, session, factor, reception.visitor(request), now
        )
    return with_cookie(to(HOME, lang=lang_of(request)), token)


async def _enrol(
    reception: Reception, request: Asked, session: Session, why: Refusal | None = None
) -> Response[Any]:
    now, means = reception.now(), reception.means
    async with reception.door() as conn:
        secret = await factors.new_secret(conn, means, session, now)
        asked = await factors.asked_for_new(conn, means, session, now)
        keys = await factors.keys_of(conn, session.person)
    return refused(
        reception, request, "people/enrol.html", why, session,
        secret=secret, asked=asked, only_key=needs_passkey(session.roles) and not keys,
        address=totp.address(secret, session.login, "Meguri"),
    )  # fmt: skip


@get("/console/step-up", requires=CONSOLE, page=True, include_in_schema=False)
async def get_step_up(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """A second factor anew, for one action. / 本人確認"""
    return await _step_up(reception, request, session_of(request))


@post(
    "/console/step-up", requires=CONSOLE, page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_step_up(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """A second factor anew, for one action. / 本人確認"""
    session = session_of(request)
    shown = shown_in(await reception.form(request, session))
    async with reception.door() as conn:
        right = await signing_in.step_up(
            conn, reception.means, session, shown, action_of(request),
            reception.visitor(request), reception.now(),
        )  # fmt: skip
    if not right:
        return await _step_up(reception, request, session, NotSignedIn())
    return to(_onward(request) or HOME, lang=lang_of(request))


async def _step_up(
    reception: Reception, request: Asked, session: Session, why: Refusal | None = None
) -> Response[Any]:
    action, now = action_of(request), reception.now()
    async with reception.door() as conn:
        asked = await factors.asked(conn, reception.means, session, f"step-up {action}", now)
        has_code = (await factors.secret_of(conn, session.person)).totp is not None
    strong = needs_passkey(session.roles) and action != ENROL
    return refused(
        reception, request, "people/step_up.html", why, session,
        asked=asked, has_code=has_code and not strong, action=action,
    )  # fmt: skip


@post(
    "/console/sign-out", requires=CONSOLE, page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_sign_out(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """End this session, here and everywhere. / ログアウト"""
    session = session_of(request)
    await reception.form(request, session)
    async with reception.door() as conn:
        await sessions.end(conn, session.session_sha256)
    gone = to("/console/sign-in", lang=lang_of(request))
    gone.set_cookie(no_cookie(COOKIE))
    return gone


async def half(reception: Reception, request: Asked) -> Session:
    """The half session that a second factor makes whole; `SignInFirst` without one."""
    session = await reception.session(request)
    if session is None or session.factor is not None:
        raise SignInFirst
    return session


async def enrolling(reception: Reception, request: Asked) -> Session:
    """A session that may make a second factor: of whoever came by a link, or a whole one with a
    fresh second factor."""
    session = await reception.session(request)
    if session is None or (session.factor is None and session.state != "invited"):
        raise SignInFirst
    if session.factor is not None and not session.proves(ENROL, reception.now(), strong=False):
        raise FreshFactorNeeded(step_up=f"/console/step-up?action={ENROL}")
    return session


def shown_in(told: dict[str, str]) -> Shown:
    """What a form shows as a second factor."""
    code = "".join(sign for sign in told.get("code", "") if sign.isdecimal())
    return Shown(code[:10], told.get("credential", ""))


def action_of(request: Asked) -> str:
    """The action that a step-up is for."""
    return request.query_params.get("action", "")[:300]


def lang_of(request: Asked) -> str:
    """The language that was chosen on the page, if one was."""
    told = request.query_params.get("lang", "")
    return told if told in ("ja", "en") else ""


def _onward(request: Asked) -> str:
    return within(request.query_params.get("return_to"), "")


def with_cookie(onward: Redirect, token: str) -> Redirect:
    """Go on, with a session's cookie."""
    onward.set_cookie(cookie(COOKIE, token))
    return onward


def refused(
    reception: Reception,
    request: Asked,
    name: str,
    why: Refusal | None,
    session: Session | None = None,
    **said: Any,
) -> Response[bytes]:
    """A page again, with the reason above it; without one, the page."""
    if why is None:
        return reception.page(request, name, session, **said)
    return reception.page(
        request, name, session, status=why.status, why=titles_of(type(why)), **said
    )


ROUTES: list[HTTPRouteHandler] = [
    get_sign_in,
    post_sign_in,
    get_second,
    post_second,
    get_welcome,
    post_welcome,
    get_enrol,
    post_enrol,
    get_step_up,
    post_step_up,
    post_sign_out,
]
