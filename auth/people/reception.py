"""受付: what one process knows of the people who come with a session instead of a token.

A session opens a route if its roles have the route's scopes; those at a place open only routes that
say they can show a place (`placed`), and see the shops of theirs. What writes must come from a page
of this hub (Origin and form token), and what moves money or makes roles needs a second factor shown
for that very action within five minutes (`step_up`).
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Any, Literal
from urllib.parse import parse_qsl, quote

from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.response import Redirect
from psycopg import AsyncConnection

from auth.line import Line
from auth.people import sessions
from auth.people.factors import Means
from auth.people.refusals import FreshFactorNeeded, OtherSite, SignInFirst
from auth.people.sessions import Session, Visitor
from auth.people.texts import Texts
from auth.refusals import OF_NONE, InsufficientScope, InvalidToken
from auth.scopes import is_wide
from federation.refusals import NotFound, TooLarge, Validation
from tenants.areas import shops_at
from tenants.callers import Caller

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
COOKIE = "__Host-meguri"
MEMBER_COOKIE = "__Host-meguri-member"
DEVICE_COOKIE = "__Host-meguri-device"
FORM = "application/x-www-form-urlencoded"
IN_HEADER = "x-form-token"
BY_ITSELF = "x-by-itself"  # a page loads a part of itself anew: nobody need sit before it
MOST_BYTES = 32 * 1024
MOST_FIELDS = 64  # the longest form, a campaign, has 42
OPERATOR_ID = 1
CONSOLE = "console"

Lang = Literal["ja", "en"]
Asked = Request[Any, Any, Any]
Connect = Callable[[], AbstractAsyncContextManager[AsyncConnection[Any]]]
Show = Callable[..., Response[bytes]]
Send = Callable[[str, str, str], Awaitable[None]]


class Reception:
    """The console's door, for one process."""

    def __init__(
        self,
        means: Means,
        door: Connect,
        worker: Connect,
        counter: Connect,
        now: Callable[[], datetime],
        show: Show,
        send: Send,
        proxies: tuple[str, ...] = (),
    ) -> None:
        """`door` signs people in, `worker` makes them, `counter` knows the shops; `send` is the
        post, and `proxies` are those whose word on where somebody comes from is believed."""
        self.means = means
        self.door = door
        self.worker = worker
        self.now = now
        self.show = show
        self.send = send
        self.texts = Texts(None)
        self.line: Line | None = None
        self._counter = counter
        self._proxies = [ip_network(one) for one in proxies]

    async def session(self, connection: ASGIConnection[Any, Any, Any, Any]) -> Session | None:
        """The person's session that a request comes with, whole or half."""
        return await self._session(connection, COOKIE)

    async def member_session(
        self, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> Session | None:
        """The member's session that a request comes with, whole or half."""
        return await self._session(connection, MEMBER_COOKIE)

    async def _session(
        self, connection: ASGIConnection[Any, Any, Any, Any], cookie: str
    ) -> Session | None:
        token = connection.cookies.get(cookie)
        if not token:
            return None
        awake = BY_ITSELF not in connection.headers
        async with self.door() as conn:
            found = await sessions.find(conn, token, self.now(), awake=awake)
        mine = found is not None and (found.person_id is not None) == (cookie == COOKIE)
        return found if mine else None

    async def standing(self, asked: set[bytes]) -> set[bytes]:
        """Which of these sessions are not over."""
        async with self.door() as conn:
            return await sessions.standing(conn, asked, self.now())

    def meets(self, connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
        """Whether somebody comes with a session, good or not."""
        return COOKIE in connection.cookies

    async def allow(
        self,
        connection: ASGIConnection[Any, Any, Any, Any],
        handler: BaseRouteHandler,
        scopes: str,
    ) -> Caller:
        """Who comes with a session, if it opens this route."""
        is_page = bool(handler.opt.get("page"))
        if is_page and isinstance(connection, Request):
            await whole(connection)
        session = await self.session(connection)
        if session is None or session.factor is None:
            raise SignInFirst if is_page else InvalidToken(challenge=OF_NONE)
        method, path = connection.scope["method"], connection.scope["path"]  # type: ignore[typeddict-item]
        if method not in SAFE:
            self.from_here(connection)
            if not is_page:  # a page's token stands in its form
                told = connection.headers.get(IN_HEADER, "")
                if not self.means.seals.is_form_token(told, session.session_sha256):
                    raise OtherSite
        if scopes != CONSOLE and not session.scopes.issuperset(scopes.split()):
            raise InsufficientScope(challenge=OF_NONE)
        if session.placed and scopes != CONSOLE and not handler.opt.get("placed"):
            raise InsufficientScope(challenge=OF_NONE)
        asks = handler.opt.get("step_up")
        action = asks if isinstance(asks, str) else f"{method} {path}"
        if asks and not session.proves(action, self.now()):
            raise FreshFactorNeeded(step_up=f"/console/step-up?action={quote(action)}")
        connection.scope["state"]["session"] = session
        connection.scope["state"]["person_id"] = str(session.person_id)
        return await self._caller(session)

    async def _caller(self, session: Session) -> Caller:
        scopes, shops, tenant_id = session.scopes, None, OPERATOR_ID
        if session.placed:
            async with self._counter() as conn:
                there = await shops_at(conn, session.at)
            shops = frozenset(one.shop_id for one in there)
            owners = {one.tenant_id for one in there}
            if len(owners) == 1 and set(session.roles) == {"shop"}:
                (tenant_id,) = owners
            if tenant := session.tenant_id:
                shops, tenant_id = None, tenant
        wide = is_wide(scopes) and shops is None
        return Caller(session.person, tenant_id, scopes, None, wide, shops=shops)

    def from_here(self, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        """A page of this hub sent this; else `OtherSite`. Browsers say so with every POST."""
        headers = connection.headers
        if headers.get("origin", "").lower() != self.means.site.origin:
            raise OtherSite
        if headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise OtherSite

    async def form(
        self, request: Asked, session: Session | None = None, token: bool = True
    ) -> dict[str, str]:
        """The fields of a form that a page of this hub sent, each once; of a session's form, with
        its token."""
        await whole(request)
        self.from_here(request)
        found = await fields(request)
        if token:
            assert session is not None
            told = found.get("form_token", "")
            if not self.means.seals.is_form_token(told, session.session_sha256):
                raise OtherSite
        return found

    def visitor(self, connection: ASGIConnection[Any, Any, Any, Any]) -> Visitor:
        """From where somebody comes: the address of the connection; a header is believed only of
        the proxies that were named."""
        peer = connection.client.host if connection.client else ""
        told = connection.headers.get("x-forwarded-for", "")
        hops = [one.strip() for one in told.split(",") if one.strip()]
        while hops and self._is_proxy(peer):
            peer = hops.pop()
        return Visitor(connection.headers.get("user-agent", ""), peer[:64])

    def _is_proxy(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in one for one in self._proxies)

    def page(
        self, request: Asked, name: str, session: Session | None = None, status: int = 200,
        **said: Any,
    ) -> Response[bytes]:  # fmt: skip
        """A page in the reader's language, with the token that its forms carry."""
        token = self.means.seals.form_token(session.session_sha256) if session else ""
        shown = self.show(request, name, form_token=token, session=session, **said)
        shown.status_code = status
        return shown


def confirmed(told: dict[str, str], name: str) -> None:
    """What cannot be undone was confirmed by writing its name (`by_name` in the templates)."""
    if told.get("confirm", "").strip() != name:
        raise Validation(pointer="/confirm")


async def whole(request: Asked) -> bytes:
    """The body of a request, read to its end even where it is refused: its sender is still
    sending."""
    try:
        return await request.body()
    except HTTPException as why:
        raise TooLarge if why.status_code == 413 else Validation(pointer="") from None


async def fields(request: Asked) -> dict[str, str]:
    """The fields of a form, each at most once, as text without control characters."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise OtherSite
    try:
        told = parse_qsl(
            (await whole(request)).decode("ascii"),
            keep_blank_values=True,
            max_num_fields=MOST_FIELDS,
            errors="strict",
        )
    except ValueError:
        raise Validation(pointer="") from None
    found = dict(told)
    if len(found) != len(told) or any("\0" in value for value in found.values()):
        raise Validation(pointer="")
    return found


def within(told: str | None, otherwise: str) -> str:
    """A place in this hub to go on to; whatever leads elsewhere is not followed."""
    if not told or len(told) > 2000 or not told.startswith("/") or told.startswith("//"):
        return otherwise
    if "\\" in told or not told.isascii() or any(ord(sign) < 33 for sign in told):
        return otherwise
    return told


def to(path: str, **query: str) -> Redirect:
    """Go on to a place in this hub, with GET."""
    words = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items() if value)
    sign = "&" if "?" in path else "?"
    return Redirect(path + (sign + words if words else ""), status_code=303)


def cookie(
    name: str,
    token: str,
    seconds: int | None = None,
    same_site: Literal["lax", "strict"] = "strict",
) -> Cookie:
    """A cookie that only this very host gets back, and no script reads."""
    return Cookie(
        key=name,
        value=token,
        path="/",
        secure=True,
        httponly=True,
        samesite=same_site,
        max_age=seconds,
    )


def no_cookie(name: str) -> Cookie:
    """That cookie, gone."""
    return Cookie(
        key=name, value="", path="/", secure=True, httponly=True, samesite="strict", max_age=0
    )


def session_of(request: Asked) -> Session:
    """The session that the guard let in."""
    found: Session | None = request.scope["state"].get("session")
    if found is None:
        raise NotFound
    return found
