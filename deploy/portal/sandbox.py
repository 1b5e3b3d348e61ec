"""試験環境: keys with which a tenant tries the API. They open another hub with other books and
other signing keys, so that nothing asked with them can come near a settlement: docs/sandbox.md.
"""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct
from psycopg import AsyncConnection

from auth import clients
from auth.clients import Listed
from auth.scopes import SCOPES, TILL
from federation.join import join
from federation.reading import rows
from federation.refusals import Refusal
from federation.register import card_number
from federation.sql import statement
from tenants import layout
from tenants.layout import Named, Why

KIDS = "SELECT kid FROM auth.signing_keys"
STANDS = statement(__file__, "sandbox_stands")
LONG_AGO = date(2020, 4, 1)
MOST_CLIENTS = 5
PLACE = Named("sandbox", "試験の店", "The sandbox shop")
MOST_POINTS = 10_000


class SandboxNotApart(Refusal):
    """試験環境が本番と同じ鍵を使っています。運営へ連絡してください
    The sandbox signs with this hub's own keys: it is no sandbox. Call the operator."""

    status = 409
    burns = False
    do = "call"
    staff_text = "試験環境の設定を確認"


class TooManySandboxKeys(Refusal):
    """試験用の鍵は五つまでです。使わない鍵を止めてください
    A tenant has five sandbox keys at most: shut out one that is not used."""

    status = 409
    burns = False
    do = "call"
    staff_text = "試験用の鍵は五つまで"


class Keys(Struct, frozen=True):
    """What a tenant needs to begin: a client of the sandbox, its secret, and a card to try."""

    client_id: str
    secret: str
    till: str
    card: str


async def apart(own: AsyncConnection, sandbox: AsyncConnection) -> None:
    """`SandboxNotApart` where one hub believes the other's tokens: it is the same, or its copy."""
    ours = {row["kid"] for row in await rows(own, KIDS, {})}
    theirs = {row["kid"] for row in await rows(sandbox, KIDS, {})}
    if ours & theirs:
        raise SandboxNotApart


async def known(sandbox: AsyncConnection, tenant: str) -> Sequence[Listed]:
    """A tenant's clients in the sandbox."""
    return await clients.listed(sandbox, tenant)


async def open_up(sandbox: AsyncConnection, tenant: Named, by: str, now: datetime) -> Keys:
    """A client of a tenant in the sandbox, which is laid out there when it first comes."""
    if sum(one.state == "active" for one in await known(sandbox, tenant.code)) >= MOST_CLIENTS:
        raise TooManySandboxKeys
    async with sandbox.transaction():
        await sandbox.execute("SELECT pg_advisory_xact_lock(%s)", (0x73626F78,))
        [stands] = await rows(sandbox, STANDS, {"tenant": tenant.code})
        if stands["tenant_id"] is None:
            await lay_out(sandbox, tenant, stands["facility_id"], Why(by, "sandbox"))
        registered = await clients.add(
            sandbox, tenant=tenant.code, name=f"{tenant.code} sandbox", audience=TILL, now=now,
            scopes=[name for name, scope in SCOPES.items() if TILL in scope.audiences],
        )  # fmt: skip
        card = card_number()
        await join(sandbox, [(card, "general")], LONG_AGO)
    assert registered.secret is not None
    return Keys(registered.client_id, registered.secret, "T01", card)


async def lay_out(
    sandbox: AsyncConnection, tenant: Named, facility_id: int | None, why: Why
) -> None:
    """The tenant in the sandbox: one shop with one till, which takes a card without a code."""
    if facility_id is None:
        facility_id = await layout.add_party(sandbox, "facility", PLACE, LONG_AGO)
    tenant_id = await layout.add_party(sandbox, "tenant", tenant, LONG_AGO)
    shop_id = await layout.add_shop(sandbox, tenant_id, facility_id, PLACE, trade="any")
    await layout.agree(sandbox, shop_id, LONG_AGO, why, static_card_limit_points=MOST_POINTS)
    await layout.moved(sandbox)
