"""Lays the demo federation out in an empty hub, as an operator would before the first sale."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from joserfc.jwk import ECKey
from msgspec import Struct
from psycopg import AsyncConnection

from auth import clients
from auth.scopes import BACKOFFICE, OPERATOR, TILL
from deploy.clock import wall
from deploy.demo import banking, terms
from deploy.demo import federation as demo
from deploy.demo.till import TillClient
from federation.join import join
from settlement.paper import profiles
from tenants import layout
from tenants.layout import Named, Why
from tenants.terms import Share

TILL_SCOPES = (
    "points:quote",
    "points:accrue",
    "points:redeem",
    "points:reverse",
    "points:return",
    "points:upload",
    "points:read",
    "members:lookup",
)
OFFICE_SCOPES = ("points:read", "settlement:read", "flows:read")
OPERATOR_SCOPES = (
    "points:read",
    "entries:read-all",
    "settlement:read",
    "settlement:read-all",
    "flows:read",
    "cycles:close",
    "admin:clock",
)
WHY = Why("demo", "デモの初期設定 / the demo's layout")


class LaidOut(Struct, frozen=True):
    """What the demo needs to know of the federation it laid out."""

    tills: tuple[TillClient, ...]
    operator: clients.Registered
    office: clients.Registered
    curl: TillClient


async def lay_out(
    conn: AsyncConnection,
    tenants: Sequence[demo.Tenant],
    cards: list[tuple[str, str]],
    scheme: Literal["redemption", "issue"],
) -> LaidOut:
    """Facilities, tenants with terms and tills, members with cards, one campaign."""
    first = demo.FIRST_ON
    await layout.name_operator(conn, named(demo.OPERATOR))
    await profiles.write(conn, demo.OPERATOR.code, demo.ISSUER, WHY.author, wall())
    facilities = [
        await layout.add_party(conn, "facility", named(place), first) for place in demo.FACILITIES
    ]
    await layout.agree_scheme(
        conn, "at-issue" if scheme == "issue" else "at-redemption", date(2025, 4, 1), WHY,
        "PROMO_FUND",
    )  # fmt: skip
    tills: list[TillClient] = []
    for tenant in tenants:
        tills += await open_shop(conn, tenant, facilities[tenant.facility])
    await terms.agree(conn, tenants, WHY)
    codes = [place.code for place in demo.FACILITIES] + [one.code for one in tenants]
    await banking.enter(conn, codes, WHY)
    parties: list[demo.Facility | demo.Tenant] = [*demo.FACILITIES, *tenants]
    for number, party in enumerate(parties, start=1):
        await profiles.write(conn, party.code, demo.recipient(party, number), WHY.author, wall())
    await layout.add_rank_bonus(conn, demo.PREMIUM.rank, demo.PREMIUM.multiplier, 1, first, WHY)
    campaign = demo.CAMPAIGN
    await layout.add_campaign(
        conn,
        named(campaign),
        facilities[campaign.facility],
        (campaign.from_on, campaign.to_on),
        campaign.expires_on,
        campaign.multiplier,
        [Share(funder, weight) for funder, weight in campaign.weights],
        WHY,
    )
    await join(conn, cards, first)
    await layout.moved(conn)
    return await doors(conn, tills)


async def open_shop(
    conn: AsyncConnection, tenant: demo.Tenant, facility_id: int
) -> list[TillClient]:
    """A tenant with its one shop, its terms, and an OAuth client with its own key per till."""
    code = Named(tenant.code, tenant.name_ja, tenant.name_en)
    tenant_id = await layout.add_party(conn, "tenant", code, demo.FIRST_ON)
    shop_id = await layout.add_shop(
        conn, tenant_id, facility_id, code, trade=tenant.trade.code, tills=tenant.tills
    )
    await layout.agree(
        conn,
        shop_id,
        date(2025, 4, 1),
        WHY,
        yen_per_point=demo.YEN_PER_POINT,
        static_card_limit_points=demo.STATIC_CARD_LIMIT_POINTS,
        excluded_categories=demo.EXCLUDED_CATEGORIES,
    )
    return [await enrol(conn, tenant.code, till) for till in tenant.tills]


async def enrol(
    conn: AsyncConnection, tenant: str, till: str, *, by_secret: bool = False
) -> TillClient:
    """A till's own client: by a key made here, or by a secret for those who use curl."""
    key = None if by_secret else ECKey.generate_key("P-256")
    registered = await clients.add(
        conn,
        tenant=tenant,
        name=f"{tenant} {till}",
        audience=TILL,
        scopes=TILL_SCOPES,
        tills=[till],
        jwk=key.as_dict(private=False) if key else None,
        now=wall(),
    )
    credential = key or registered.secret
    assert credential is not None
    return TillClient(registered.client_id, credential, tenant, till)


async def doors(conn: AsyncConnection, tills: list[TillClient]) -> LaidOut:
    """The operator's client, a tenant's back office, and a till for whoever tries with curl."""
    first = tills[0]
    operator = await clients.add(
        conn,
        tenant="operator",
        name="運営 API / operator's API",
        audience=OPERATOR,
        scopes=OPERATOR_SCOPES,
        tills=None,
        jwk=None,
        now=wall(),
    )
    office = await clients.add(
        conn,
        tenant=first.tenant,
        name=f"{first.tenant} back office",
        audience=BACKOFFICE,
        scopes=OFFICE_SCOPES,
        tills=None,
        jwk=None,
        now=wall(),
    )
    curl = await enrol(conn, first.tenant, first.till, by_secret=True)
    return LaidOut(tuple(tills), operator, office, curl)


def named(party: demo.Named | demo.Facility | demo.Campaign) -> Named:
    """A code with its names in both languages."""
    return Named(party.code, party.name_ja, party.name_en)
