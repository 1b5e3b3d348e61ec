"""門: the guard that the app has for all routes, as it notes who comes in, and what looks at
each answer. No handler knows of it, so none can forget it.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Any

import msgspec
import psycopg
from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from psycopg import AsyncConnection
from psycopg_pool import PoolTimeout

from auth.gate import ANYONE, NOBODY, requires
from auth.refusals import InsufficientScope, InvalidToken
from auth.scopes import TILL
from deploy.asgi import Message, Scope
from deploy.trail.acts import Act, Claims, Noted, about, basic, claimed, claims, noted, worth
from deploy.trail.trail import Trail, keep
from federation.refusals import Busy
from tenants.callers import Caller

NOTE = "note"  # in the state of a request
OWN = "worker"  # the connection in whose transaction an act can be kept
TOKENS = "/oauth/token"


@dataclass
class Note:
    """What is known of a request that will be in the trail, until it is answered."""

    kind: Noted
    act: Act
    done: int  # the status if nothing goes wrong
    kept: int | None = None
    told: bool = False

    def ended(self, status: int | None, at: datetime, **more: Any) -> Act:
        """The act as it stands now."""
        return msgspec.structs.replace(self.act, status=status, at=at, **more)


class Doorkeeper:
    """Notes who comes through which door. `proxies` are the networks whose word for an address is
    taken: the last that `X-Forwarded-For` names."""

    def __init__(self, trail: Trail, proxies: str = "") -> None:
        self.trail = trail
        self._proxies = [ip_network(one.strip()) for one in proxies.split(",") if one.strip()]

    async def door(
        self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
    ) -> None:
        """The guard of every route: what it requires, and the row that it leaves."""
        needs = handler.opt.get("requires", NOBODY)
        scope: Any = connection.scope
        try:
            await requires(connection, handler)
        except (InsufficientScope, InvalidToken) as refused:
            self._refused(scope, connection, needs, refused.status)
            raise
        kind = noted(scope["method"], needs) if scope["type"] == "http" else None
        if kind is None or not isinstance(handler, HTTPRouteHandler):
            return
        told = (dict(connection.path_params), dict(connection.query_params), await body(connection))
        if not worth(needs, told[2]):
            return
        caller: Caller | None = scope["state"].get("caller")
        who = caller.client_id if caller else basic(connection.headers.get("authorization"))
        act = self._act(
            scope,
            connection,
            needs,
            actor=who or "nobody",
            proved=caller is not None,
            tenant_id=caller.tenant_id if caller else None,
            **about(*told),
        )
        note = Note(kind, act, handler.status_code)
        scope["state"][NOTE] = note
        if kind == "write" and OWN not in handler.parsed_fn_signature.parameters:
            try:
                await self.trail.begin(act)
            except (psycopg.OperationalError, PoolTimeout):
                raise Busy(retry_after=1) from None

    async def within(self, conn: AsyncConnection, scope: Scope) -> None:
        """Keep a write's row in the write's own transaction, when nothing is left to be done."""
        note: Note | None = scope["state"].get(NOTE)
        if note is not None and note.kind == "write":
            note.kept = note.done
            await keep(conn, [note.ended(note.done, self.trail.now())])

    async def answered(self, message: Message, scope: Scope) -> None:
        """Look at an answer as it leaves, and note how it ended."""
        note: Note | None = scope.get("state", {}).get(NOTE)
        if note is None or note.told:
            return
        if message["type"] == "http.response.start":
            note.done = message["status"]
            if scope["path"] == TOKENS and note.done < 400:
                return  # whose token it is, its body says
        elif message["type"] != "http.response.body":
            return
        note.told = True
        if note.act.needs == ANYONE:
            self._let_in(note, scope, message.get("body", b""))
        elif note.kept != note.done:
            self.trail.note(note.ended(note.done, self.trail.now()))

    def _let_in(self, note: Note, scope: Scope, content: bytes) -> None:
        """A sign-in: by whom; a till's, which comes each five minutes, is not noted."""
        person_id = scope["state"].get("person_id")
        more: dict[str, Any] = {"person_id": person_id, "proved": note.done < 400}
        if scope["path"] == TOKENS and note.done < 400:
            found = given_to(content)
            if found is None or found.aud == TILL:
                return
            more |= {"actor": found.client_id, "tenant_id": tenant_of(found)}
        ended = note.ended(note.done, self.trail.now(), **more)
        if note.done < 400:
            self.trail.note(ended)
        else:
            self.trail.refused(ended)

    def _refused(
        self, scope: Scope, connection: ASGIConnection[Any, Any, Any, Any], needs: str, status: int
    ) -> None:
        """Somebody who says it is one of ours may not come in here."""
        said = claims(connection.headers.get("authorization"))
        if said is None:
            return
        proved = status == InsufficientScope.status
        act = self._act(
            scope,
            connection,
            needs,
            actor=said.client_id,
            proved=proved,
            tenant_id=tenant_of(said) if proved else None,
            status=status,
            **about(dict(connection.path_params)),
        )
        self.trail.refused(act)

    def _act(
        self,
        scope: Scope,
        connection: ASGIConnection[Any, Any, Any, Any],
        needs: str,
        **more: Any,
    ) -> Act:
        forwarded = connection.headers.get("x-forwarded-for", "")
        return Act(
            at=self.trail.now(),
            request=secrets.token_hex(8),
            address=self.address(scope.get("client"), forwarded),
            verb=f"{scope['method']} {scope['path_template']}",
            needs=needs,
            person_id=scope["state"].get("person_id"),
            **more,
        )

    def address(self, client: Any, forwarded: str) -> str:
        """Where a request came from: the peer, or whom a proxy of ours says it speaks for."""
        peer = str(client[0]) if client else "unknown"
        try:
            last = ip_address(forwarded.rpartition(",")[2].strip())
            if any(ip_address(peer) in network for network in self._proxies):
                return str(last)
        except ValueError:
            pass
        return peer


async def body(connection: ASGIConnection[Any, Any, Any, Any]) -> dict[str, Any]:
    """The fields of a JSON body; nothing of any other."""
    if "json" not in connection.headers.get("content-type", ""):
        return {}
    try:
        found = msgspec.json.decode(await connection.body())  # type: ignore[attr-defined]  # a Request
    except (msgspec.MsgspecError, HTTPException):
        return {}
    return found if isinstance(found, dict) else {}


def given_to(content: bytes) -> Claims | None:
    """Whose an access token is, of the answer that gives it."""
    try:
        token = str(msgspec.json.decode(content)["access_token"])
    except (msgspec.MsgspecError, KeyError, TypeError):
        return None
    parts = token.split(".")
    return claimed(parts[1]) if len(parts) == 3 else None


def tenant_of(said: Claims) -> int | None:
    """The tenant that a token names."""
    return int(said.tenant) if said.tenant.isascii() and said.tenant.isdigit() else None
