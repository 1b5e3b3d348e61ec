"""デモの担当者: one person for each kind of work, each let in by a link of their own, good once."""

from collections.abc import Sequence

from msgspec import Struct
from psycopg import AsyncConnection

from auth import enrolments
from auth.people import people
from auth.people.people import Given
from auth.people.roles import PLACES
from deploy.clock import wall
from deploy.settings import Settings
from tenants.areas import place_of


class Guest(Struct, frozen=True):
    """Somebody whom the demo invites: the login, the role, and the place of those who have one."""

    login: str
    ja: str
    en: str
    role: str
    place: str | None = None


def guests(facility: str, shop: str) -> list[Guest]:
    """Who works in the demo."""
    return [
        Guest("honbu", "本部", "headquarters", "hq"),
        Guest("sodan", "会員窓口", "support", "support"),
        Guest("keiri", "経理・起案", "finance, prepares", "finance-preparer"),
        Guest("shonin", "経理・承認", "finance, approves", "finance-approver"),
        Guest("shisetsu", "施設", "a facility", "facility", facility),
        Guest("tencho", "店舗", "a shop", "shop", shop),
        Guest("tenant", "テナント", "a tenant", "tenant", shop.partition("/")[0]),
        Guest("kanri", "管理者", "administrator", "admin"),
    ]


async def invited(settings: Settings, who: Sequence[Guest]) -> list[tuple[Guest, str]]:
    """Invite them all; each with the address that lets them in once, to choose a password and a
    second factor."""
    found = []
    async with await AsyncConnection.connect(settings.url("worker"), autocommit=True) as conn:
        for one in who:
            place_id = await place_of(conn, PLACES[one.role], one.place) if one.place else 0
            given = [Given(one.role, place_id)]
            _, key = await people.invite(conn, one.login, one.ja, given, "cli:demo", wall())
            found.append((one, f"{settings.issuer}/console/welcome?key={key}"))
    return found


async def browser_till(settings: Settings, tenant: str, till: str) -> str:
    """A code with which a browser becomes this till, good once and for ten minutes."""
    async with await AsyncConnection.connect(settings.url("worker"), autocommit=True) as conn:
        return await enrolments.offer(conn, enrolments.Offered(tenant=tenant, till=till), wall())
