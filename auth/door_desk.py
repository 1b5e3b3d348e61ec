"""The desk behind the doors of one process: reads forms and proofs here, thinks in a few threads of
its own, and rings the bell when something was taken back."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import anyio
import anyio.to_thread
import msgspec
import psycopg
from litestar import Request
from msgspec import Struct

from auth.asking import NotAsked, NotShown
from auth.authorize import Authorizing
from auth.certificates import Certificates
from auth.dpop import NotProved
from auth.forms import NotAForm, body, parsed
from auth.keys import Keys
from auth.knocking import Client, Connect
from auth.proofs import Proofs
from auth.server import DoorAnswer, DoorRequest, DoorServer, Knock
from auth.subjects import SignIn
from auth.telling import Telling

MOST_AT_ONCE = 4
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
Asked = Request[Any, Any, Any]
Found = TypeVar("Found")


class OAuthError(Struct, frozen=True):
    """Why a door stays shut (RFC 6749, 5.2)."""

    error: str
    error_description: str


def error(status: int, name: str, why: str, more: dict[str, str] | None = None) -> DoorAnswer:
    """An OAuth error."""
    return DoorAnswer(status, msgspec.json.encode(OAuthError(name, why)), more or {})


def at_will(_: Asked, __: str) -> int:
    """No limit on what is pushed."""
    return 0


class DoorDesk:
    """What the doors of one process stand on."""

    def __init__(
        self,
        server: DoorServer,
        keys: Keys,
        proofs: Proofs,
        connect: Connect,
        now: Callable[[], datetime],
        ring: Callable[[], Awaitable[Any]],
        pushing: Callable[[Asked, str], int] = at_will,
        certificates: Certificates | None = None,
    ) -> None:
        """`pushing` counts what an app that proves nothing pushes: the seconds to wait, or 0."""
        self.server = server
        self._pushing = pushing
        self.keys = keys
        self.certificates = certificates or Certificates("", now)
        self.proofs = proofs
        self.authorizing = Authorizing(server, connect, now)
        self.sign_in: SignIn | None = None
        self._telling = Telling(server, connect, now)
        self._ring = ring
        self._threads = anyio.CapacityLimiter(MOST_AT_ONCE)

    async def think(self, what: Callable[..., Found], *about: Any) -> Found:
        """Have something done that blocks."""
        return await anyio.to_thread.run_sync(partial(what, *about), limiter=self._threads)

    async def token(self, request: Asked) -> DoorAnswer:
        """A token, or the reason why not."""

        async def give(knock: Knock) -> DoorAnswer:
            if "grant_type" not in knock.form:
                raise NotAForm(400, "grant_type is missing.")
            await self.keys.fresh()
            return await self.think(self.server.answer, knock, self.keys.signer())

        return await self._answered(request, "/oauth/token", give)

    async def par(self, request: Asked) -> DoorAnswer:
        """The name of a request that was pushed, or what is wrong with it."""

        def push(knocked: DoorRequest, client: Client) -> tuple[int, dict[str, object]]:
            return 201, self.authorizing.push(knocked.form, client, knocked.jkt)

        async def keep(knock: Knock) -> DoorAnswer:
            if self.sign_in is None:
                return error(503, "temporarily_unavailable", "Members cannot sign in here yet.")
            proves = knock.authorization or "client_assertion" in knock.form
            if not proves and (wait := self._pushing(request, knock.form.get("client_id", ""))):
                later = {"Retry-After": str(wait)}
                return error(429, "temporarily_unavailable", "Too many were pushed.", later)
            return await self.think(self.server.act, "par", knock, push)

        return await self._answered(request, "/oauth/par", keep)

    async def introspect(self, request: Asked) -> DoorAnswer:
        """What a token is worth."""
        return await self._about_a_token(request, "introspection", self._telling.tell)

    async def revoke(self, request: Asked) -> DoorAnswer:
        """Nothing, once a token is worth nothing."""
        answer = await self._about_a_token(request, "revocation", self._telling.take_back)
        if answer.status == 200:
            await self._ring()
        return answer

    async def _about_a_token(
        self, request: Asked, endpoint: str, verb: Callable[..., Any]
    ) -> DoorAnswer:
        async def tell(knock: Knock) -> DoorAnswer:
            await self.keys.fresh()
            act = partial(verb, self.keys.live())
            return await self.think(self.server.act, endpoint, knock, act)

        return await self._answered(request, request.scope["path"], tell)

    async def _answered(
        self, request: Asked, path: str, answer: Callable[[Knock], Awaitable[DoorAnswer]]
    ) -> DoorAnswer:
        """The answer to whatever was sent; each says that nobody may keep it."""
        nonce = None
        try:
            said = request.headers.getall("authorization", [])
            if len(said) > 1:
                raise NotAForm(400, "A client proves itself in one way only.")
            form = parsed(await body(request))
            jkt = None
            if proofs := request.headers.getall("dpop", []):
                proved = await self.proofs.check(proofs, "POST", path)
                jkt, nonce = proved.jkt, proved.nonce
            shown = self.certificates.shown(request)
            given = await answer(Knock(form, said[0] if said else None, jkt, shown))
        except NotAForm as why:
            given = error(why.status, "invalid_request", why.why)
        except NotAsked as fault:
            given = error(400, fault.error, fault.why)
        except NotShown:
            given = error(400, "invalid_request", "This redirect_uri was not registered.")
        except NotProved as lack:
            given = error(400, lack.error, "This is no proof of a key.")
            nonce = lack.nonce or await self.proofs.nonce()
        except psycopg.OperationalError:
            given = error(503, "temporarily_unavailable", "Ask again.", {"Retry-After": "1"})
        offered = {} if nonce is None else {"DPoP-Nonce": nonce}
        return msgspec.structs.replace(given, headers={**given.headers, **NO_STORE, **offered})
