"""The gate: who comes in with a token, and through which doors.

A token is verified once and remembered for at most a minute, so that a till's second request
costs a look into a dictionary. Whoever shuts a door makes the gate forget; for money the booking
desk asks again anyway. A handler that does not say what it requires lets nobody in.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Protocol

import psycopg
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.routes import BaseRoute, HTTPRoute
from msgspec import Struct

from auth import jws, tokens
from auth.jws import NotSigned, TokenHead
from auth.keys import Keys, Reader
from auth.recheck import recheck
from auth.refusals import InsufficientScope, InvalidToken
from auth.scopes import AUDIENCES, SCOPES, is_wide
from federation.refusals import Busy, NotFound
from tenants.callers import Caller

NOBODY = "nobody"
ANYONE = "anyone"
CONSOLE = "console"  # whoever signed in at the console, whatever their roles
REMEMBER = 60.0  # seconds
MOST = 10_000

OPT = {"requires": NOBODY}


class Admitted(Struct, frozen=True):
    """A caller, and until when the gate need not look again."""

    caller: Caller
    until: float


class Gate:
    """Admits callers, for one process. `doors` is the counter that the booking desk saw last."""

    def __init__(
        self,
        issuer: str,
        keys: Keys,
        reader: Reader,
        now: Callable[[], datetime],
        doors: Callable[[], int],
        audiences: frozenset[str] = AUDIENCES,
    ) -> None:
        self._issuer = issuer
        self._keys = keys
        self._reader = reader
        self._now = now
        self._doors = doors
        self._audiences = audiences
        self._admitted: dict[str, Admitted] = {}
        self._forgotten = 0

    async def admit(self, authorization: str | None) -> Caller:
        """Whose token this is, or `InvalidToken`."""
        if authorization is None:
            raise InvalidToken
        known = self._admitted.get(authorization)
        if known is not None and self._now().timestamp() < known.until:
            return known.caller
        forgotten, vouched = self._forgotten, self._doors()
        try:
            claims = await self._believed(authorization)
            async with self._reader() as conn:
                active = await recheck(conn, [claims.client_id])
        except psycopg.OperationalError:
            raise Busy(retry_after=1) from None
        if not active[claims.client_id]:
            raise InvalidToken
        scopes = frozenset(claims.scope.split())
        caller = Caller(
            client_id=claims.client_id,
            tenant_id=int(claims.tenant),
            scopes=scopes,
            tills=None if claims.tills is None else frozenset(claims.tills),
            wide=is_wide(scopes),
            vouched=vouched,
        )
        # Shut while we looked: this answer is as old as the look, and not to be kept.
        if forgotten == self._forgotten:
            self._remember(authorization, caller, claims.exp)
        return caller

    def known(self, authorization: str | None, scopes: frozenset[str]) -> Caller | None:
        """Whose token this is, if it is remembered and has all these scopes; else look closer."""
        found = self._admitted.get(authorization or "")
        if found is None or self._now().timestamp() >= found.until:
            return None
        return found.caller if found.caller.scopes >= scopes else None

    async def allow(self, authorization: str | None, scopes: str) -> Caller:
        """Whose token this is, if it has all these scopes; `InsufficientScope` if not."""
        caller = await self.admit(authorization)
        if not caller.scopes.issuperset(scopes.split()):
            raise InsufficientScope
        return caller

    def forget(self) -> None:
        """A door was shut somewhere: look again at everyone, and at the keys."""
        self._forgotten += 1
        self._admitted.clear()
        self._keys.forget()

    async def _believed(self, authorization: str) -> tokens.TokenClaims:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise InvalidToken
        try:
            key = await self._keys.find(jws.head_of(token, TokenHead).kid)
            if key is None:
                raise NotSigned
            return tokens.believe(token, key, self._issuer, self._audiences, self._now())
        except NotSigned:
            raise InvalidToken from None

    def _remember(self, authorization: str, caller: Caller, expires: float) -> None:
        self._admitted.pop(authorization, None)
        if len(self._admitted) >= MOST:
            del self._admitted[next(iter(self._admitted))]
        until = min(expires, self._now().timestamp() + REMEMBER)
        self._admitted[authorization] = Admitted(caller, until)


class Sessions(Protocol):
    """Lets people in who come with a session instead of a token."""

    async def allow(
        self,
        connection: ASGIConnection[Any, Any, Any, Any],
        handler: BaseRouteHandler,
        scopes: str,
    ) -> Caller:
        """Who comes with a session, if it opens this route."""


async def requires(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """The guard of every route: what it requires stands in its `opt`, and nothing is nobody."""
    scope = handler.opt.get("requires", NOBODY)
    if scope == ANYONE:
        return
    if scope == NOBODY or not scope:
        raise NotFound
    authorization = connection.headers.get("authorization")
    reception: Sessions | None = connection.app.state.get("reception")
    if reception is not None and (authorization is None or handler.opt.get("page")):
        caller = await reception.allow(connection, handler, scope)
    elif scope == CONSOLE:
        raise InsufficientScope
    else:
        gate: Gate = connection.app.state.gate
        caller = await gate.allow(authorization, scope)
    connection.scope["state"]["caller"] = caller


async def provide_caller(request: Request[Any, Any, Any]) -> Caller:
    """The caller that the guard let in."""
    caller: Caller = request.scope["state"]["caller"]
    return caller


class Door(Struct, frozen=True, order=True):
    """One route, and what it requires."""

    path: str
    method: str
    requires: str


def doors(routes: Iterable[BaseRoute]) -> Iterator[Door]:
    """Every route with what it requires, as the golden file lists them."""
    for route in routes:
        for method, handler in _handlers(route):
            yield Door(route.path_format, method, handler.opt.get("requires", NOBODY))


def unknown_scopes(routes: Iterable[BaseRoute]) -> list[Door]:
    """The routes that require what does not exist, or nothing: with one of these nothing starts."""
    known = {NOBODY, ANYONE, CONSOLE, *SCOPES}
    return sorted(
        door
        for door in doors(routes)
        if not door.requires or not known.issuperset(door.requires.split())
    )


def _handlers(route: BaseRoute) -> Iterator[tuple[str, BaseRouteHandler]]:
    if isinstance(route, HTTPRoute):
        for method, (handler, _) in route.route_handler_map.items():
            if method != "OPTIONS":
                yield method, handler
    else:
        yield "ASGI", route.route_handler  # type: ignore[attr-defined]
