"""The mall as the tills know it: shops, tills, terms, campaigns, read once and kept until a door or
a term has moved."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

from msgspec import structs
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from federation.refusals import NotFound, TenantSuspended, TillNotActive
from federation.sql import statement
from federation.together import Together
from tenants.callers import Caller
from tenants.coupons import reading
from tenants.coupons.coupon import Coupon
from tenants.occasion import Occasion
from tenants.pace import dated
from tenants.rules import Declaration
from tenants.settings import AgreedTerms, Place, Said, Setting, by_level, terms_of
from tenants.terms import (
    Campaign,
    ExpiryPolicy,
    Party,
    Programme,
    RankBonus,
    Scheme,
    Share,
    Terms,
    Till,
)

TILLS = statement(__file__, "tills")
TERMS = statement(__file__, "terms")
CAMPAIGNS = statement(__file__, "campaigns")
RANKS = statement(__file__, "rank_bonuses")
SCHEMES = statement(__file__, "schemes")
PROGRAMME = statement(__file__, "programme")
EXPIRY = statement(__file__, "expiry_policies")
OCCASIONS = statement(__file__, "occasions")
SETTINGS = statement(__file__, "settings")
DECLARED = statement(__file__, "declared_slots")
PARTIES = statement(__file__, "parties")

COUNTER = "SELECT moved FROM federation.doors"
LOOK_EVERY_SECONDS = 1.0
MOST_VOUCHED = 20_000

Connect = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
Tills = dict[tuple[int, str], tuple[str, Till]]  # by tenant and code, with the state of each


class Mall:
    """Every till with its terms. `forget` makes the next question read them afresh."""

    def __init__(self, connect: Connect, moved: Callable[[], int]) -> None:
        """`connect` gives an async context with a connection that may read `tenants`; `moved` the
        doors' counter as the desk last saw it."""
        self._connect = connect
        self._moved = moved
        self._tills: Tills = {}
        self._vouched: dict[tuple[str, int, str, str, int], Till] = {}
        self._expiry: tuple[ExpiryPolicy, ...] = ()
        self._parties: dict[str, Party] = {}
        self._coupons: Mapping[str, Coupon] = {}
        self._loaded = False
        self._together = Together(self._look_now)
        self._counted = 0
        self._looked_at = 0.0

    def forget(self) -> None:
        """A door was shut or a term changed: what was read no longer counts."""
        self._loaded = False

    async def till(self, caller: Caller, code: str) -> Till:
        """The till that a caller may speak for; any other does not exist for it."""
        await self._load()
        if caller.tills is not None and code not in caller.tills:
            raise NotFound(pointer="/till")
        asked = caller.client_id, caller.tenant_id, caller.token, code, caller.vouched
        known = self._vouched.get(asked)
        if known is None:
            till = open_till(self._tills, caller.tenant_id, code)
            seen = min(till.vouched, caller.vouched)
            known = vouched(till, caller.client_id, caller.token, seen)
            if len(self._vouched) >= MOST_VOUCHED:  # a till has another token every five minutes
                self._vouched.clear()
            self._vouched[asked] = known
        return known

    async def shops_of(self, tenant_id: int) -> frozenset[int]:
        """The shops in which a tenant has a till."""
        await self._load()
        return frozenset(
            till.shop_id for (owner, _), (_, till) in self._tills.items() if owner == tenant_id
        )

    async def expiry(self) -> tuple[ExpiryPolicy, ...]:
        """How long points of each kind last, all dates."""
        await self._load()
        return self._expiry

    async def parties(self) -> Mapping[str, Party]:
        """Whoever can fund points, by code."""
        await self._load()
        return self._parties

    async def presented(self, named: reading.Named) -> tuple[str | None, Mapping[int, datetime]]:
        """The code of a coupon that is shown to a till, and until when it lives for its member; on
        a connection that nobody holds while the desk books."""
        async with self._connect() as conn:
            return await reading.presented(conn, named)

    async def coupons(self) -> Mapping[str, Coupon]:
        """Every coupon that was published, by code."""
        await self._load()
        return self._coupons

    async def _load(self) -> None:
        """Read the mall if it was never read, was forgotten, or a door has moved elsewhere: the
        doors' counter is asked once a second, so that what was agreed is soon known everywhere.
        While one asks, the others go by what was read, or wait with it for the same answer: a
        database that is away holds up no queue.
        """
        young = asyncio.get_running_loop().time() - self._looked_at < LOOK_EVERY_SECONDS
        if self._loaded and (young or self._together.looking):
            return
        while not (await self._together.look() or self._loaded):
            pass  # forgotten while another's look read it

    async def _look_now(self) -> None:
        now, seen = asyncio.get_running_loop().time(), self._moved()
        async with self._connect() as conn:
            row = await (await conn.execute(COUNTER)).fetchone()
            counted = row[0] if row else 0
            if not self._loaded or counted != self._counted:
                self._tills = await read(conn, seen)
                self._vouched = {}
                self._expiry = await expiry_policies(conn)
                self._coupons = await reading.published(conn)
                self._parties = {row["code"]: Party(**row) for row in await rows(conn, PARTIES)}
        self._counted, self._looked_at = counted, now
        self._loaded = seen == self._moved()


def open_till(tills: Tills, tenant_id: int, code: str) -> Till:
    """A till that stands open; a stopped one is refused by name, a strange one does not exist."""
    found = tills.get((tenant_id, code))
    if found is None:
        raise NotFound(pointer="/till")
    state, till = found
    if state == "suspended":
        raise TenantSuspended
    if state == "revoked":
        raise TillNotActive
    return till


def vouched(till: Till, client_id: str, token: str, seen: int) -> Till:
    """The till in the name of a client and its token, vouched for as of a count of the doors."""
    return structs.replace(till, client_id=client_id, token=token, vouched=seen)


async def again(
    conn: AsyncConnection, tills: Sequence[Till], seen: int
) -> list[Till | TillNotActive | TenantSuspended | NotFound]:
    """Look again at tills that a door may have been shut on: each afresh, or why not."""
    now = await read(conn, seen)
    found: list[Till | TillNotActive | TenantSuspended | NotFound] = []
    for till in tills:
        try:
            fresh = open_till(now, till.tenant_id, till.till)
            found.append(vouched(fresh, till.client_id, till.token, seen))
        except (TillNotActive, TenantSuspended, NotFound) as refused:
            found.append(refused)
    return found


async def read(conn: AsyncConnection, seen: int) -> Tills:
    """All tills by tenant and code, with the state of each: active, revoked or suspended."""
    found = await rows(conn, TILLS)
    shops = {
        row["shop_id"]: Place(row["shop_id"], row["tenant_id"], row["facility_id"]) for row in found
    }
    terms = terms_by_shop(shops, *await words(conn))
    everywhere = {
        "operator": Party(1, "operator"),
        "vouched": seen,
        "client_id": "",
        "campaigns": await campaigns(conn),
        "occasions": tuple(Occasion(**row) for row in await rows(conn, OCCASIONS)),
        "coupons": await reading.published(conn),
        "rank_bonuses": await rank_bonuses(conn),
        "schemes": tuple(Scheme(**row) for row in await rows(conn, SCHEMES)),
        "programme": tuple(Programme(**row) for row in await rows(conn, PROGRAMME)),
        "paces": await dated.paces(conn),
        "expiry": await expiry_policies(conn),
    }
    declared = [Declaration(**row) for row in await rows(conn, DECLARED)]
    slots = {
        place.facility_id: tuple(
            one for one in declared if one.facility_id in (None, place.facility_id)
        )
        for place in shops.values()
    }
    landlords = {row["shop_id"]: landlord(row) for row in found}
    registers: dict[int, dict[str, int]] = {}
    for row in found:
        registers.setdefault(row["tenant_id"], {})[row["till"]] = row["shop_id"]
    return {
        (row["tenant_id"], row["till"]): (
            row["state"],
            till_of(
                row,
                terms,
                registers[row["tenant_id"]],
                {
                    **everywhere,
                    "declared": slots[row["facility_id"]],
                    "facility_of": landlords,
                },
            ),
        )
        for row in found
    }


async def campaigns(conn: AsyncConnection) -> tuple[Campaign, ...]:
    """Every campaign that gives, or gave."""
    return tuple(
        Campaign(
            **{
                **row,
                "shares": tuple(Share(*share) for share in row["shares"]),
                "shops": frozenset(row["shops"]) if row["shops"] is not None else None,
                "without": frozenset(row["without"]),
            }
        )
        for row in await rows(conn, CAMPAIGNS)
    )


async def rank_bonuses(conn: AsyncConnection) -> tuple[RankBonus, ...]:
    """What each rank adds, all dates."""
    return tuple(
        RankBonus(
            row["from_on"], row["rank"], row["multiplier"], Party(row["party_id"], row["code"])
        )
        for row in await rows(conn, RANKS)
    )


def landlord(row: dict[str, Any]) -> Party | None:
    """The facility in which a till's shop stands."""
    return Party(row["facility_id"], row["facility_code"]) if row["facility_id"] else None


def till_of(
    row: dict[str, Any],
    terms: dict[int, tuple[Terms, ...]],
    registers: dict[str, int],
    everywhere: dict[str, Any],
) -> Till:
    """One till with what holds for its shop, its tenant and everywhere."""
    return Till(
        tenant_id=row["tenant_id"],
        shop_id=row["shop_id"],
        till=row["till"],
        siblings=registers,
        shop=row["shop"],
        tenant=Party(row["tenant_id"], row["tenant_code"]),
        facility=landlord(row),
        day_starts=row["day_starts"],
        terms=terms.get(row["shop_id"], ()),
        counter=row["counter"],
        stopped=row["stopped"],
        terms_of={shop: terms.get(shop, ()) for shop in set(registers.values())},
        **everywhere,
    )


def terms_by_shop(
    places: Mapping[int, Place], agreed: Mapping[int, Sequence[AgreedTerms]], said: Said
) -> dict[int, tuple[Terms, ...]]:
    """What holds at each shop, all dates, as all levels say it."""
    return {
        shop_id: terms_of(place, agreed.get(shop_id, ()), said) for shop_id, place in places.items()
    }


async def words(conn: AsyncConnection) -> tuple[dict[int, list[AgreedTerms]], Said]:
    """What each shop agreed to, and what every level says beside that."""
    agreed: dict[int, list[AgreedTerms]] = {}
    for row in await rows(conn, TERMS):
        agreed.setdefault(row["shop_id"], []).append(AgreedTerms(**row))
    settings = [Setting(**row) for row in await rows(conn, SETTINGS)]
    own = [word for some in agreed.values() for one in some for word in one.words()]
    return agreed, by_level([*own, *settings])


async def expiry_policies(conn: AsyncConnection) -> tuple[ExpiryPolicy, ...]:
    """How long points of each kind last, all dates."""
    return tuple(
        ExpiryPolicy(**{**row, "qualifying": frozenset(row["qualifying"])})
        for row in await rows(conn, EXPIRY)
    )


async def rows(conn: AsyncConnection, query: str) -> list[dict[str, Any]]:
    """All rows of a statement, by column name."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query)
        return await cursor.fetchall()
