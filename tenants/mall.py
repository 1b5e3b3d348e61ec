"""The mall as the tills know it: shops, tills, terms, campaigns, read once and kept until a door or
a term has moved."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from msgspec import structs
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from federation.refusals import NotFound, TenantSuspended, TillNotActive
from federation.sql import statement
from tenants.callers import Caller
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
PARTIES = statement(__file__, "parties")

COUNTER = "SELECT moved FROM federation.doors"
LOOK_EVERY_SECONDS = 1.0

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
        self._vouched: dict[tuple[str, int, str, int], Till] = {}
        self._expiry: tuple[ExpiryPolicy, ...] = ()
        self._parties: dict[str, Party] = {}
        self._loaded = False
        self._loading = asyncio.Lock()
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
        asked = caller.client_id, caller.tenant_id, code, caller.vouched
        known = self._vouched.get(asked)
        if known is None:
            till = open_till(self._tills, caller.tenant_id, code)
            known = vouched(till, caller.client_id, min(till.vouched, caller.vouched))
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

    async def _load(self) -> None:
        """Read the mall if it was never read, was forgotten, or a door has moved elsewhere: the
        doors' counter is asked once a second, so that what was agreed is soon known everywhere.
        While one asks, the others go by what was read: a database that is away holds up no queue.
        """
        now = asyncio.get_running_loop().time()
        young = now - self._looked_at < LOOK_EVERY_SECONDS
        if self._loaded and (young or self._loading.locked()):
            return
        async with self._loading:
            if self._loaded and now - self._looked_at < LOOK_EVERY_SECONDS:
                return
            seen = self._moved()
            async with self._connect() as conn:
                row = await (await conn.execute(COUNTER)).fetchone()
                counted = row[0] if row else 0
                if not self._loaded or counted != self._counted:
                    self._tills = await read(conn, seen)
                    self._vouched = {}
                    self._expiry = await expiry_policies(conn)
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


def vouched(till: Till, client_id: str, seen: int) -> Till:
    """The till in the name of a client, vouched for as of a count of the doors."""
    return structs.replace(till, client_id=client_id, vouched=seen)


async def again(
    conn: AsyncConnection, tills: Sequence[Till], seen: int
) -> list[Till | TillNotActive | TenantSuspended | NotFound]:
    """Look again at tills that a door may have been shut on: each afresh, or why not."""
    now = await read(conn, seen)
    found: list[Till | TillNotActive | TenantSuspended | NotFound] = []
    for till in tills:
        try:
            fresh = open_till(now, till.tenant_id, till.till)
            found.append(vouched(fresh, till.client_id, seen))
        except (TillNotActive, TenantSuspended, NotFound) as refused:
            found.append(refused)
    return found


async def read(conn: AsyncConnection, seen: int) -> Tills:
    """All tills by tenant and code, with the state of each: active, revoked or suspended."""
    terms = await terms_by_shop(conn)
    campaigns = tuple(
        Campaign(**{**row, "shares": tuple(Share(*share) for share in row["shares"])})
        for row in await rows(conn, CAMPAIGNS)
    )
    bonuses = tuple(
        RankBonus(
            row["from_on"], row["rank"], row["multiplier"], Party(row["party_id"], row["code"])
        )
        for row in await rows(conn, RANKS)
    )
    everywhere = {
        "operator": Party(1, "operator"),
        "vouched": seen,
        "client_id": "",
        "campaigns": campaigns,
        "rank_bonuses": bonuses,
        "schemes": tuple(Scheme(**row) for row in await rows(conn, SCHEMES)),
        "programme": tuple(Programme(**row) for row in await rows(conn, PROGRAMME)),
        "expiry": await expiry_policies(conn),
    }
    found = await rows(conn, TILLS)
    registers: dict[int, dict[str, int]] = {}
    for row in found:
        registers.setdefault(row["tenant_id"], {})[row["till"]] = row["shop_id"]
    return {
        (row["tenant_id"], row["till"]): (
            row["state"],
            till_of(row, terms, registers[row["tenant_id"]], everywhere),
        )
        for row in found
    }


def till_of(
    row: dict[str, Any],
    terms: dict[int, tuple[Terms, ...]],
    registers: dict[str, int],
    everywhere: dict[str, Any],
) -> Till:
    """One till with what holds for its shop, its tenant and everywhere."""
    facility = Party(row["facility_id"], row["facility_code"]) if row["facility_id"] else None
    return Till(
        tenant_id=row["tenant_id"],
        shop_id=row["shop_id"],
        till=row["till"],
        siblings=registers,
        shop=row["shop"],
        tenant=Party(row["tenant_id"], row["tenant_code"]),
        facility=facility,
        day_starts=row["day_starts"],
        terms=terms.get(row["shop_id"], ()),
        counter=row["counter"],
        stopped=row["stopped"],
        terms_of={shop: terms.get(shop, ()) for shop in set(registers.values())},
        **everywhere,
    )


async def terms_by_shop(conn: AsyncConnection) -> dict[int, tuple[Terms, ...]]:
    """What each shop agreed to, all dates."""
    terms: dict[int, tuple[Terms, ...]] = {}
    for row in await rows(conn, TERMS):
        shop_id = row.pop("shop_id")
        categories = frozenset(row.pop("excluded_categories"))
        one = Terms(**row, excluded_categories=categories)
        terms[shop_id] = (*terms.get(shop_id, ()), one)
    return terms


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
