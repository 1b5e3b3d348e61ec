"""The gate: who comes in with a token, and through which doors.

A token is verified once and remembered for at most a minute, so that a till's second request
costs a look into a dictionary. Whoever shuts a door makes the gate forget; for money the booking
desk asks again anyway. A token that is bound to a key is good only beside a proof of that key for
this very request, one that is bound to a certificate only beside that certificate. A handler that
does not say what it requires lets nobody in.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Protocol

import psycopg
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.routes import BaseRoute, HTTPRoute
from msgspec import Struct

from auth import jws, tokens
from auth.certificates import Certificates, spelled
from auth.dpop import NotProved
from auth.jws import NotSigned, TokenHead
from auth.keys import Keys, Reader
from auth.proofs import Proofs
from auth.recheck import stands
from auth.refusals import (
    OF_NONE,
    InsufficientScope,
    InvalidDpopProof,
    InvalidToken,
    UseDpopNonce,
)
from auth.scopes import AUDIENCES, SCOPES, is_wide
from auth.tokens import Binding
from federation.refusals import Busy, NotFound
from tenants.callers import Caller

NOBODY = "nobody"
ANYONE = "anyone"
CONSOLE = "console"  # whoever signed in at the console, whatever their roles
REMEMBER = 60.0  # seconds
MOST = 10_000

OPT = {"requires": NOBODY}
# What is told of a token, in the scheme that it was shown in (RFC 6750, 3.1; RFC 9449, 7.1).
OF_DPOP = 'DPoP error="invalid_token", algs="ES256"'
LACKING = {
    "bearer": 'Bearer error="insufficient_scope", scope="{}"',
    "dpop": 'DPoP error="insufficient_scope", scope="{}", algs="ES256"',
}


class Admitted(Struct, frozen=True):
    """A caller, until when the gate need not look again, and what its token is bound to."""

    caller: Caller
    until: float
    bound: Binding | None = None


class Shown(Struct, frozen=True):
    """What a proof must have been made for, and what came with the request: proofs, and the
    digest of a certificate."""

    method: str
    path: str
    proofs: Sequence[str]
    certificate: bytes | None = None


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
        proofs: Proofs | None = None,
        certificates: Certificates | None = None,
    ) -> None:
        self._issuer = issuer
        self._keys = keys
        self._reader = reader
        self._now = now
        self._doors = doors
        self._audiences = audiences
        self._proofs = proofs
        self.certificates = certificates or Certificates("", now)
        self._admitted: dict[str, Admitted] = {}
        self._forgotten = 0

    async def admit(self, authorization: str | None) -> Caller:
        """Whose token this is, or `InvalidToken`; one that is bound to a key is not shown here."""
        found = await self._found(authorization)
        if found.bound is not None:
            raise InvalidToken
        return found.caller

    def known(self, authorization: str | None) -> Caller | None:
        """Whose token this is, if it is remembered and needs no proof; else look closer."""
        found = self._admitted.get(authorization or "")
        if found is None or found.bound is not None or self._now().timestamp() >= found.until:
            return None
        return found.caller

    async def allow(
        self, authorization: str | None, scopes: str, shown: Shown
    ) -> tuple[Caller, str | None]:
        """Whose token this is, if it has all these scopes and is shown by whoever holds its key;
        and the nonce that the caller's next proof may bear. `InsufficientScope` if not all."""
        scheme = (authorization or "").partition(" ")[0].lower()
        try:
            found = await self._found(authorization)
            bound = found.bound
            if bound and bound.x5t and bound.x5t != spelled(shown.certificate):
                raise InvalidToken
        except InvalidToken as refused:
            if scheme != "bearer":
                refused.challenge = OF_DPOP if scheme == "dpop" else OF_NONE
            raise
        nonce = None
        if bound and bound.jkt:
            nonce = await self._possessed(authorization or "", bound.jkt, shown)
        if not found.caller.scopes.issuperset(scopes.split()):
            raise InsufficientScope(challenge=LACKING[scheme].format(scopes), nonce=nonce)
        return found.caller, nonce

    def forget(self) -> None:
        """A door was shut somewhere: look again at everyone, and at the keys."""
        self._forgotten += 1
        self._admitted.clear()
        self._keys.forget()

    async def _found(self, authorization: str | None) -> Admitted:
        """Whose token this is and what it is bound to, remembered or looked at anew."""
        if authorization is None:
            raise InvalidToken
        known = self._admitted.get(authorization)
        if known is not None and self._now().timestamp() < known.until:
            return known
        forgotten, vouched = self._forgotten, self._doors()
        try:
            claims = await self._believed(authorization)
            async with self._reader() as conn:
                if not await stands(conn, claims, self._now()):
                    raise InvalidToken
        except psycopg.OperationalError:
            raise Busy(retry_after=1) from None
        scopes = frozenset(claims.scope.split())
        caller = Caller(
            client_id=claims.client_id,
            tenant_id=int(claims.tenant),
            scopes=scopes,
            tills=None if claims.tills is None else frozenset(claims.tills),
            wide=is_wide(scopes),
            vouched=vouched,
            subject=None if claims.grant is None else claims.sub,
            token=claims.jti,
        )
        until = min(claims.exp, self._now().timestamp() + REMEMBER)
        found = Admitted(caller, until, claims.cnf)
        # Shut while we looked: this answer is as old as the look, and not to be kept.
        if forgotten == self._forgotten:
            self._remember(authorization, found)
        return found

    async def _possessed(self, authorization: str, jkt: str, shown: Shown) -> str | None:
        """Make sure that whoever shows a token holds its key; the nonce for the next proof."""
        assert self._proofs is not None
        token = authorization.partition(" ")[2]
        try:
            proved = await self._proofs.check(shown.proofs, shown.method, shown.path, token)
        except NotProved as why:
            if why.error == "use_dpop_nonce":
                raise UseDpopNonce(nonce=why.nonce) from None
            raise InvalidDpopProof(nonce=await self._proofs.nonce()) from None
        except psycopg.OperationalError:
            raise Busy(retry_after=1) from None
        if proved.jkt != jkt:
            raise InvalidDpopProof(nonce=proved.nonce)
        return proved.nonce

    async def _believed(self, authorization: str) -> tokens.TokenClaims:
        """What the token says; one that is bound is shown as such, and no other (RFC 9449, 7.2)."""
        scheme, _, token = authorization.partition(" ")
        try:
            key = await self._keys.find(jws.head_of(token, TokenHead).kid)
            if key is None:
                raise NotSigned
            claims = tokens.believe(token, key, self._issuer, self._audiences, self._now())
        except NotSigned:
            raise InvalidToken from None
        if scheme.lower() != tokens.scheme(claims).lower():
            raise InvalidToken
        return claims

    def _remember(self, authorization: str, found: Admitted) -> None:
        self._admitted.pop(authorization, None)
        if len(self._admitted) >= MOST:
            del self._admitted[next(iter(self._admitted))]
        self._admitted[authorization] = found


class Sessions(Protocol):
    """Lets people in who come with a session instead of a token."""

    def meets(self, connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
        """Whether somebody comes with a session, good or not."""

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
    asked = connection.scope
    said = connection.headers.getall("authorization", [])
    if len(said) > 1:
        raise InvalidToken
    reception: Sessions | None = connection.app.state.get("reception")
    by_session = not said and (scope == CONSOLE or (reception and reception.meets(connection)))
    if reception is not None and (by_session or handler.opt.get("page")):
        asked["state"]["caller"] = await reception.allow(connection, handler, scope)
        return
    if scope == CONSOLE:
        raise InsufficientScope
    gate: Gate = connection.app.state.gate
    path = asked.get("raw_path", b"").partition(b"?")[0].decode("latin-1")
    proofs = connection.headers.getall("dpop", [])
    method, certificate = getattr(connection, "method", ""), gate.certificates.shown(connection)
    shown = Shown(method, path or asked["path"], proofs, certificate)
    caller, nonce = await gate.allow(said[0] if said else None, scope, shown)
    asked["state"]["caller"] = caller
    if nonce is not None:
        asked["state"]["dpop_nonce"] = nonce


async def offer_nonce(message: Any, scope: Any) -> None:
    """Put the nonce for the caller's next proof beside the answer, whatever that is."""
    nonce = scope.get("state", {}).get("dpop_nonce")
    if nonce is not None and message["type"] == "http.response.start":
        message["headers"] = [*message["headers"], (b"dpop-nonce", nonce.encode())]


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
    for path, method, handler in handlers(routes):
        yield Door(path, method, handler.opt.get("requires", NOBODY))


def unknown_scopes(routes: Iterable[BaseRoute]) -> list[Door]:
    """The routes that require what does not exist, or nothing: with one of these nothing starts."""
    known = {NOBODY, ANYONE, CONSOLE, *SCOPES}
    return sorted(
        door
        for door in doors(routes)
        if not door.requires or not known.issuperset(door.requires.split())
    )


def handlers(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, str, BaseRouteHandler]]:
    """Every path and method, and what answers there."""
    for route in routes:
        if isinstance(route, HTTPRoute):
            for method, (handler, _) in route.route_handler_map.items():
                if method != "OPTIONS":
                    yield route.path_format, method, handler
        else:
            yield route.path_format, "ASGI", route.route_handler  # type: ignore[attr-defined]
