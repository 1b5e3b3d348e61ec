"""Books to close, written straight into the tables: what the desk would have booked."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, time

import pytest
from psycopg import AsyncConnection

from federation.checks import broken
from federation.days import TOKYO
from settlement import calendar
from settlement.stages import Closing

FIRST = date(2026, 6, 1)
CYCLE = calendar.cycle_of(FIRST)
DUE = datetime(2026, 6, 17, 12, 0, tzinfo=TOKYO)

Drawn = tuple[int, int, int]  # points, entry of the lot, part of the lot
Granted = tuple[int, str, str]  # points, funder, rule


class Books:
    """One database with tenants A, B, C, a facility, and a scheme; its owner writes the books."""

    def __init__(self, url: str, owner: AsyncConnection) -> None:
        self._url = url
        self._owner = owner
        self.numbers = itertools.count(1)
        self.parties = {"operator": 1, "fund": 2, "promotion": 3}
        self.lapsed_up_to: list[date] = []
        self.promises: Callable[[AsyncConnection], Awaitable[Sequence[object]]] = broken

    @asynccontextmanager
    async def role(self, role: str, tenant: str | None = None) -> AsyncIterator[AsyncConnection]:
        """A connection with no more rights than a serving role, naming a tenant if it must."""
        async with await AsyncConnection.connect(self._url, autocommit=True) as conn:
            await conn.execute(f"SET ROLE meguri_{role}")
            if tenant is not None:
                named = str(self.parties[tenant])
                await conn.execute("SELECT set_config('meguri.tenant', %s, false)", [named])
            yield conn

    async def put(self, query: str, *sent: object) -> None:
        """A statement as the owner."""
        await self._owner.execute(query, sent)

    async def ask(self, query: str, *sent: object) -> list[tuple[object, ...]]:
        """What a query answers the owner."""
        return await (await self._owner.execute(query, sent)).fetchall()

    async def party(self, code: str, kind: str = "tenant") -> None:
        """A party, and if a tenant is one, its shop of the same number."""
        party_id = self.parties[code] = 100 + len(self.parties)
        await self.put(
            "INSERT INTO tenants.parties (party_id, kind, code, name, name_en) "
            "VALUES (%s, %s, %s, %s, %s)",
            party_id, kind, code, f"{code} 店", f"{code} Ltd.",
        )  # fmt: skip
        if kind == "tenant":
            await self.put("INSERT INTO tenants.tenants VALUES (%s)", party_id)
            await self.put(
                "INSERT INTO tenants.shops (shop_id, tenant_id, code, name, name_en, trade) "
                "VALUES (%s, %s, %s, %s, %s, 'any')",
                party_id, party_id, f"{code}-1", f"{code} 店", f"{code} shop",
            )  # fmt: skip

    async def entry(
        self,
        kind: str,
        shop: str,
        on: date,
        lots: Sequence[Granted] = (),
        draws: Sequence[Drawn] = (),
        *,
        member: int = 1,
        cycle: int = CYCLE.cycle_id,
        scheme: int = 1,
        expires_on: date = date(2028, 3, 31),
        booked_at: datetime | None = None,
    ) -> int:
        """One booked entry with the lots it grants and the draws it makes; its number."""
        entry_id, tenant_id = next(self.numbers), self.parties[shop]
        booked_at = booked_at or datetime.combine(on, time(12), TOKYO)
        moved = sum(lot[0] for lot in lots) - sum(draw[0] for draw in draws)
        await self.put(
            "INSERT INTO federation.entries (member_id, entry_id, kind, tenant_id, shop_id, till,"
            " points, at, business_date, cycle_id, booked_at)"
            " VALUES (%s, %s, %s, %s, %s, 'T01', %s, %s, %s, %s, %s)",
            member, entry_id, kind, tenant_id, tenant_id, moved, booked_at, on, cycle, booked_at,
        )  # fmt: skip
        for part, (points, funder, rule) in enumerate(lots):
            await self.put(
                "INSERT INTO federation.lots (member_id, entry_id, part, points, points_left,"
                " shop_id, funder_id, scheme_id, limited, rule, usable_from, expires_on)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, false, %s, %s, %s)",
                member, entry_id, part, points, points, tenant_id, self.parties[funder], scheme,
                rule, on, expires_on,
            )  # fmt: skip
        for points, lot_entry, lot_part in draws:
            await self.put(
                "WITH lot AS (UPDATE federation.lots SET points_left = points_left - %s"
                " WHERE (member_id, entry_id, part) = (%s, %s, %s) RETURNING *)"
                " INSERT INTO federation.draws (member_id, entry_id, lot_entry_id, lot_part, kind,"
                " points, tenant_id, shop_id, funder_id, scheme_id, rule, business_date, cycle_id,"
                " booked_at) SELECT member_id, %s, entry_id, part, %s, %s, %s, %s, funder_id,"
                " scheme_id, rule, %s, %s, %s FROM lot",
                points, member, lot_entry, lot_part, entry_id, kind, points, tenant_id, tenant_id,
                on, cycle, booked_at,
            )  # fmt: skip
        await self.put(
            "INSERT INTO federation.wallets (member_id, points, next_expires_on,"
            " next_expiring_points) SELECT %s, 0, NULL, 0 ON CONFLICT DO NOTHING",
            member,
        )
        await self.put(
            "UPDATE federation.wallets SET (points, next_expires_on, next_expiring_points) = ("
            " SELECT coalesce(sum(points_left), 0), min(expires_on), coalesce(sum(points_left)"
            " FILTER (WHERE expires_on = soonest), 0) FROM (SELECT *, min(expires_on) OVER ()"
            " AS soonest FROM federation.lots WHERE member_id = %s AND points_left > 0) AS lots)"
            " WHERE member_id = %s",
            member, member,
        )  # fmt: skip
        return entry_id

    async def lapse_due(self, up_to: date) -> None:
        """The desk's part, told by what it was asked."""
        self.lapsed_up_to.append(up_to)

    @property
    def closing(self) -> Closing:
        """What a close needs, as `deploy` would give it."""
        return Closing(
            connect=lambda: self.role("worker"),
            lapse_due=self.lapse_due,
            name_entry=lambda member, entry: f"m{member}-e{entry:06}",
            broken=self.promises,
        )

    async def file(self, cycle_id: int = CYCLE.cycle_id) -> list[bytes]:
        """The physical lines of a sealed file."""
        found = await self.ask(
            "SELECT body FROM settlement.pieces WHERE cycle_id = %s ORDER BY piece", cycle_id
        )
        return b"".join(bytes(row[0]) for row in found).splitlines(keepends=True)  # type: ignore[call-overload]

    async def nets(self, cycle_id: int = CYCLE.cycle_id) -> dict[str, int]:
        """What each party gets (+) or pays (-), where it is not nothing."""
        found = await self.ask(
            "SELECT code, total_yen FROM settlement.statements INNER JOIN tenants.parties"
            " USING (party_id) WHERE cycle_id = %s AND total_yen <> 0",
            cycle_id,
        )
        return {str(code): int(yen) for code, yen in found}  # type: ignore[call-overload]


@pytest.fixture
async def books(database: str) -> AsyncIterator[Books]:
    """Books with three tenants and a facility, cycles from June 2026, nothing booked."""
    async with await AsyncConnection.connect(database, autocommit=True) as owner:
        made = Books(database, owner)
        async with owner.pipeline():
            await lay_out(made)
        yield made


async def lay_out(made: Books) -> None:
    """Months, members, a scheme, the calendar, the parties."""
    await made.put("SELECT federation.open_months('2026-05-01', 4)")
    await made.put(
        "INSERT INTO federation.members (member_id, joined_on)"
        " SELECT member_id, '2026-01-01' FROM generate_series(1, 9) AS m (member_id)"
    )
    await made.put(
        "INSERT INTO tenants.schemes VALUES (1, 'at-redemption', '2020-04-01', 'test', 'a story')"
    )
    for one in calendar.cycles(FIRST, date(2026, 8, 31)):
        await made.put(
            "INSERT INTO federation.cycles (cycle_id, first_on, last_on) VALUES (%s, %s, %s)",
            one.cycle_id, one.first_on, one.last_on,
        )  # fmt: skip
    await made.party("takamatsu", "facility")
    for code in "abc":
        await made.party(code)


@pytest.fixture
async def busy(books: Books) -> Books:
    """Books of a cycle: co-funded grants, draws in three shops, a lapse, a reversal."""
    first = await books.entry("accrual", "a", date(2026, 6, 2), [(200, "a", "base")])
    second = await books.entry(
        "accrual", "b", date(2026, 6, 6),
        [(70, "b", "base"), (70, "operator", "rank:premium"), (140, "takamatsu", "campaign:5x"),
         (140, "b", "campaign:5x")],
    )  # fmt: skip
    other = await books.entry("accrual", "c", date(2026, 6, 6), [(30, "c", "base")], member=2)
    await books.entry("redemption", "b", date(2026, 6, 8), draws=[(60, first, 0)])
    await books.entry(
        "redemption", "c", date(2026, 6, 10),
        draws=[(20, second, 0), (140, second, 2), (140, second, 3)],
    )  # fmt: skip
    await books.entry("redemption", "c", date(2026, 6, 10), draws=[(5, other, 0)], member=2)
    await books.entry("redemption", "a", date(2026, 6, 11), draws=[(40, second, 1)])
    await books.entry("reversal", "a", date(2026, 6, 11), draws=[(-40, second, 1)])
    await books.entry("lapse", "operator", date(2026, 6, 14), draws=[(25, other, 0)], member=2)
    return books
