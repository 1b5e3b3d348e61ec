"""Where the limits stand: before everything else for a client, before the desk for a till. Plain
ASGI; what the gate does not know yet it has to look at anyway, and nginx limits by address.
"""

import hmac
import re
from functools import lru_cache

from auth.gate import Gate
from deploy.asgi import App, Receive, Scope, Send, reply
from deploy.hub import Hub
from deploy.lane import Lane, authorization
from deploy.limits.limits import Limits
from federation import gauges
from federation.refusals import RateLimited
from federation.slips import Answer
from tenants.callers import Caller

MOST_NAMES = 10_000
TILL = re.compile(rb'"till"\s*:\s*"([^"\\]{1,64})"')


class Limited:
    """Refuses a client that asks too often, whatever it asks."""

    def __init__(self, app: App, gate: Gate, limits: Limits) -> None:
        self.app = app
        self._gate = gate
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, or refuse."""
        if scope["type"] == "http" and scope["path"].startswith("/v1/"):
            caller = self._gate.known(authorization(scope))
            if caller is not None and (wait := self._limits.client(caller)):
                await refuse(wait, scope, send)
                return
        await self.app(scope, receive, send)


class LimitedLane(Lane):
    """The lane, for tills that do not ask too often."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self._limits = hub.limits
        self._secret = hub.settings.secret.encode()

    async def takes_from(self, caller: Caller, scope: Scope, body: bytes, send: Send) -> bool:
        """Whether the request was answered: too soon, or by the lane."""
        till = TILL.search(body)
        if till is not None:
            wait = self._limits.till(caller, name_of(self._secret, till[1]))
            if wait:
                await refuse(wait, scope, send)
                return True
        return await super().takes_from(caller, scope, body, send)


@lru_cache(maxsize=MOST_NAMES)
def name_of(secret: bytes, till: bytes) -> str:
    """What a till is called beside its limit: nobody has looked yet what stands there."""
    return hmac.digest(secret, till, "sha256")[:8].hex()


async def refuse(seconds: int, scope: Scope, send: Send) -> None:
    """429, and when to come again."""
    gauges.refused(RateLimited.__name__)
    refused = RateLimited()
    await reply(Answer(refused.status, refused.body(), retry_after=seconds), send)
