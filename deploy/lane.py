"""The lean way in: what tills send all day goes to the booking desk without the framework, whose
routing, injection and responses are a large part of what a booking takes of this process.

The same Structs, rules and desk as the routes of `tenants/pos_api.py`, which also document it. Here
goes only what is plain: a token that the gate remembers, a body that fits, a till that is known.
Everything else, and whatever has to be refused by a reason, the framework looks at more closely.
"""

import logging

import msgspec

from auth.gate import Gate
from deploy.asgi import Scope, Send, reply
from deploy.hub import Hub
from deploy.problems import GONE
from federation import gauges
from federation.desk import Desk
from federation.refusals import Broken, Refusal
from federation.slips import Answer
from tenants.callers import Caller
from tenants.mall import Mall
from tenants.pos_api import PLAIN, Plain

log = logging.getLogger("meguri.http")


class Lane:
    """Takes plain bookings."""

    def __init__(self, hub: Hub) -> None:
        self._gate: Gate = hub.gate
        self._mall: Mall = hub.mall
        self._desk: Desk = hub.desk
        self._plain = {
            path: (plain, msgspec.json.Decoder(plain.asks).decode) for path, plain in PLAIN.items()
        }

    async def takes(self, scope: Scope, body: bytes, send: Send) -> bool:
        """Book and answer a plain request; False where the framework has to look at it."""
        caller = self._gate.known(authorization(scope))
        return caller is not None and await self.takes_from(caller, scope, body, send)

    async def takes_from(self, caller: Caller, scope: Scope, body: bytes, send: Send) -> bool:
        """The same, of a caller whom the gate remembers."""
        found = self._plain.get(scope["path"])
        if found is None or scope["method"] != "POST" or scope["query_string"]:
            return False
        plain, decode = found
        if not caller.scopes >= plain.requires:
            return False
        try:
            ask = decode(body)
        except msgspec.MsgspecError:
            return False
        try:
            till = await self._mall.till(caller, ask.till)
        except (Refusal, *GONE):
            return False
        scope["path_template"] = scope["path"]  # as the framework notes it, for who times answers
        await reply(await self._booked(plain, ask, till), send)
        return True

    async def _booked(self, plain: Plain, ask: object, till: object) -> Answer:
        """The desk's answer; a refusal before the desk took it, or a fault of ours, as one."""
        try:
            return await self._desk.book(ask, plain.rule, till)  # type: ignore[arg-type]  # its own
        except Refusal as refused:
            gauges.refused(refused.slug)
            return Answer(refused.status, refused.body(), retry_after=refused.retry_after)
        except Exception as error:
            log.error("unforeseen", exc_info=error, extra={"route": plain.asks.call})
            return Answer(Broken.status, Broken().body())


def authorization(scope: Scope) -> str | None:
    """The credentials of a request, if there are any; two are for the framework to refuse."""
    said = [value for name, value in scope["headers"] if name == b"authorization"]
    return str(said[0], "latin-1") if len(said) == 1 else None
