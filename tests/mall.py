"""A mall to tell stories about: shops that sell and accept, members with cards, a clock to turn.

Everything goes over HTTP to a hub that serves for real, with tokens it gave out itself.
"""

import asyncio
import itertools
import os
import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Literal

import aiohttp
import msgspec
import psycopg
import uvicorn
from litestar import Litestar

from auth import clients
from auth.scopes import BACKOFFICE, OPERATOR, SCOPES, TILL
from auth.subjects import SignIn
from deploy.app import guarded, lay_out, move_in
from deploy.clock import FileClock, wall
from deploy.hub import Hub
from deploy.serve import GRACE_SECONDS
from deploy.settings import Settings
from federation import close
from federation.days import TOKYO
from federation.join import join
from settlement import agreeing, calendar, schemes
from settlement.checks import broken
from settlement.schemes import Offer
from tenants import layout
from tenants.layout import Named, Share, Why
from tenants.terms import ExpiryPolicy, Programme
from tests.settlement.replays import off

WHY = Why("test", "a story")
BEGIN = datetime(2026, 6, 3, 12, 0, tzinfo=TOKYO)
LONG_AGO = date(2020, 4, 1)
Funding = Literal["at-issue", "at-redemption"]
BUSY = 20  # times that a slip is sent again, some ten seconds in all
_EMPTY: list[Litestar] = []


class Answered:
    """What the hub said: status, the very bytes, the headers that matter."""

    def __init__(self, status: int, content: bytes, headers: Any) -> None:
        self.status = status
        self.content = content
        self.headers = headers

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.content)

    @property
    def slug(self) -> str:
        """The problem's short name, or nothing."""
        return str(self.json["type"]).rpartition("/")[2] if self.status >= 400 else ""

    def __repr__(self) -> str:
        return f"{self.status} {self.content.decode()}"


class Client:
    """One OAuth client with a token of its own."""

    def __init__(self, mall: "Mall", tenant: str, registered: clients.Registered) -> None:
        self.mall = mall
        self.tenant = tenant
        self.client_id = registered.client_id
        self._secret = registered.secret
        self._token = ""

    async def token(self) -> str:
        """Its access token, asked for once."""
        if not self._token:
            assert self._secret is not None
            async with self.mall.http.post(
                f"{self.mall.url}/oauth/token",
                data={"grant_type": "client_credentials"},
                headers={"authorization": aiohttp.encode_basic_auth(self.client_id, self._secret)},
            ) as answer:
                assert answer.status == 200, await answer.text()
                self._token = (await answer.json())["access_token"]
        return self._token

    async def ask(self, method: str, path: str, **sent: Any) -> Answered:
        """One request with its token."""
        headers = {"authorization": f"Bearer {await self.token()}", **sent.pop("headers", {})}
        async with self.mall.http.request(
            method, self.mall.url + path, headers=headers, **sent
        ) as answer:
            return Answered(answer.status, await answer.read(), answer.headers)

    async def get(self, path: str, **query: Any) -> Answered:
        return await self.ask("GET", path, params={k: str(v) for k, v in query.items()})

    async def post(self, path: str, **content: Any) -> Answered:
        return await self.ask("POST", path, json=content)

    async def post_bytes(self, path: str, content: bytes, **headers: str) -> Answered:
        return await self.ask(
            "POST", path, data=content, headers={"content-type": "application/json", **headers}
        )


class Member:
    """A member with one card."""

    def __init__(self, member_id: int, card: str) -> None:
        self.member_id = member_id
        self.card = card


class Shop(Client):
    """A shop with one till; what it asks bears the mall's date and the next numbers."""

    shop_id: int
    tenant_id: int
    till = "T01"

    def asked(self, member: Member, **more: Any) -> dict[str, Any]:
        """A request's fields with today's date and a slip of its own."""
        number = next(self.mall.numbers)
        return {
            "slip": f"S-{number}",
            "till": self.till,
            "business_date": self.mall.today.isoformat(),
            "at": self.mall.now.isoformat(),
            "card": member.card,
            **more,
        }

    def sale(self, member: Member, yen: int, **more: Any) -> dict[str, Any]:
        """The body of an accrual."""
        return self.asked(
            member, **{"paid_yen": yen, "receipt_no": f"R{next(self.mall.numbers)}", **more}
        )

    def spending(self, member: Member, points: int, **more: Any) -> dict[str, Any]:
        """The body of a redemption."""
        return self.asked(member, **{"points": points, "payable_yen": 10_000_000, **more})

    async def sells(self, member: Member, yen: int, **more: Any) -> Any:
        """Sell, and give points; the receipt."""
        return await self.booked("/v1/accruals", self.sale(member, yen, **more))

    async def accepts(self, member: Member, points: int, **more: Any) -> Any:
        """Take points as yen; the receipt."""
        return await self.booked("/v1/redemptions", self.spending(member, points, **more))

    async def sells_for_points(self, member: Member, points: int, yen: int, **more: Any) -> Any:
        """Sell for points and money in one step; the receipt."""
        return await self.booked("/v1/purchases", self.sale(member, yen, points=points, **more))

    async def booked(self, path: str, body: dict[str, Any]) -> Any:
        """The receipt of a slip, which is sent again while the hub is busy, as a till does."""
        answer = await self.post(path, **body)
        for tries in range(BUSY):
            if answer.slug != "busy":
                break
            await asyncio.sleep(tries / BUSY)
            answer = await self.post(path, **body)
        assert answer.status == 201, answer
        return answer.json

    async def quote(self, member: Member, yen: int = 0, **more: Any) -> Any:
        """Ask what a sale would bring."""
        body = {k: v for k, v in self.asked(member, paid_yen=yen, **more).items() if k != "slip"}
        answer = await self.post("/v1/quotes", **body)
        assert answer.status == 200, answer
        return answer.json


class Mall:
    """The hub and everybody in it."""

    def __init__(self, url: str, hub: Hub, clock: FileClock, http: aiohttp.ClientSession) -> None:
        self.url = url
        self.hub = hub
        self.clock = clock
        self.http = http
        self.numbers = itertools.count(1)
        self.facilities: dict[str, int] = {}
        self.scheme_id = 0
        self._operator: Client | None = None

    @property
    def now(self) -> datetime:
        """What the hub's clock says."""
        return self.clock().astimezone(TOKYO)

    @property
    def today(self) -> date:
        return self.now.date()

    async def turn_to(self, day: date, at: time = time(12, 0)) -> None:
        """It is now this time of this day in Tokyo."""
        instant = datetime.combine(day, at, TOKYO)
        while not await self._opened(day):
            pass
        self.clock.set(instant)

    async def _opened(self, day: date) -> bool:
        """Whether a day's months are open: whoever reads two tables may stand in the way once."""
        try:
            async with self.hub.pools.use("worker") as conn:
                await conn.execute("SELECT federation.open_months(%s, 2)", (day,))
        except psycopg.errors.DeadlockDetected:
            return False
        return True

    async def facility(self, code: str) -> int:
        """A facility, opened when it is first named."""
        if code not in self.facilities:
            async with self.hub.pools.use("worker") as conn:
                self.facilities[code] = await layout.add_party(
                    conn, "facility", Named(code, code, code), LONG_AGO
                )
        return self.facilities[code]

    async def shop(self, code: str, facility: str = "tokushima", **terms: Any) -> Shop:
        """A tenant (or `of` another's) with one shop and one till, which may do all that a till
        may."""
        facility_id = await self.facility(facility)
        terms = {"static_card_limit_points": 10_000_000, **terms}
        day_starts = terms.pop("day_starts", time(0))
        tenant, starts = terms.pop("of", None), terms.pop("starts", LONG_AGO)
        tills = {"counters": terms.pop("counters", ())}
        if "tills" in terms:
            tills["tills"] = terms.pop("tills")
        async with self.hub.pools.use("worker") as conn:
            named = Named(code, code, code)
            tenant_id = (
                tenant.tenant_id
                if tenant is not None
                else await layout.add_party(conn, "tenant", named, LONG_AGO)
            )
            shop_id = await layout.add_shop(
                conn, tenant_id, facility_id, named, trade="any", day_starts=day_starts, **tills
            )
            await layout.agree(conn, shop_id, starts, WHY, **terms)
            await layout.moved(conn)
        owner = tenant.tenant if tenant is not None else code
        registered = await self.register(owner, TILL, scopes_of(TILL))
        shop = Shop(self, owner, registered)
        shop.shop_id, shop.tenant_id = shop_id, tenant_id
        shop.till = tills.get("tills", [shop.till])[0]
        self.hub.forget()  # as the bell does
        return shop

    async def shops(self, *codes: str, **more: Any) -> list[Shop]:
        """Several shops of one facility."""
        return [await self.shop(code, **more) for code in codes]

    async def agree(self, shop: Shop, from_on: date, **terms: Any) -> None:
        """Other terms from a business date on."""
        terms = {"static_card_limit_points": 10_000_000, **terms}
        async with self.hub.pools.use("worker") as conn:
            await layout.agree(conn, shop.shop_id, from_on, WHY, **terms)
            await layout.moved(conn)

    async def campaign(
        self,
        code: str,
        facility: str,
        days: tuple[date, date],
        expires_on: date | None,
        multiplier: int,
        shares: dict[str, int],
        **more: Any,
    ) -> None:
        """A campaign of a facility."""
        facility_id = await self.facility(facility)
        funders = [Share(funder, weight) for funder, weight in shares.items()]
        async with self.hub.pools.use("worker") as conn:
            await layout.add_campaign(
                conn,
                Named(code, code, code),
                facility_id,
                days,
                expires_on,
                multiplier,
                funders,
                WHY,
                **more,
            )
            await layout.moved(conn)

    async def programme(self, **terms: Any) -> None:
        """Other terms of the programme."""
        async with self.hub.pools.use("worker") as conn:
            await layout.set_programme(conn, Programme(**{"from_on": LONG_AGO, **terms}), WHY)
            await layout.moved(conn)

    async def expiry(self, **policy: Any) -> None:
        """Points of a kind last otherwise from a business date on."""
        async with self.hub.pools.use("worker") as conn:
            await layout.set_expiry(conn, ExpiryPolicy(**{"from_on": LONG_AGO, **policy}), WHY)
            await layout.moved(conn)

    async def member(self, rank: str = "general") -> Member:
        """A new member with a new card."""
        return (await self.members(1, rank))[0]

    async def members(self, count: int, rank: str = "general") -> list[Member]:
        """New members with new cards."""
        cards = [f"6304{secrets.randbelow(10**12):012}" for _ in range(count)]
        async with self.hub.pools.use("worker") as conn:
            ids = await join(conn, [(card, rank) for card in cards], LONG_AGO)
        return [Member(one, card) for one, card in zip(ids, cards, strict=True)]

    async def scheme(
        self,
        funding: Funding,
        from_on: date,
        breakage: layout.Breakage = "PROMO_FUND",
        attribution: layout.Attribution = "FIFO",
    ) -> int:
        """Another settlement scheme from a business date on; its number."""
        async with self.hub.pools.use("worker") as conn:
            scheme_id = await layout.agree_scheme(
                conn, funding, from_on, WHY, breakage, attribution
            )
            await layout.moved(conn)
            return scheme_id

    async def terms(self, shop: Shop | None = None, **offered: Any) -> int:
        """Other terms of settlement, with everybody or with a shop's tenant; their version."""
        party = shop.tenant if shop is not None else None
        offer = Offer(**{"from_on": LONG_AGO, "party": party, **offered})
        async with self.hub.pools.use("worker") as conn:
            return await agreeing.agree(conn, offer, WHY, self.now)

    async def register(
        self, tenant: str, audience: str, scopes: Sequence[str], tills: list[str] | None = None
    ) -> clients.Registered:
        """A client with a secret."""
        async with self.hub.pools.bare("worker") as conn:
            return await clients.add(
                conn,
                tenant=tenant,
                name=f"{tenant} {audience}",
                audience=audience,
                scopes=scopes,
                tills=tills,
                jwk=None,
                now=wall(),
            )

    async def office(self, shop: Shop) -> Client:
        """The back office of a shop's tenant."""
        registered = await self.register(shop.tenant, BACKOFFICE, scopes_of(BACKOFFICE))
        return Client(self, shop.tenant, registered)

    async def operator(self) -> Client:
        """The operator's client, with every right it can have."""
        if self._operator is None:
            registered = await self.register("operator", OPERATOR, scopes_of(OPERATOR))
            self._operator = Client(self, "operator", registered)
        return self._operator

    async def close(self, day: date) -> Answered:
        """Close the cycle of a day, on the day it is due."""
        cycle = await self.cycle_of(day)
        if self.today <= calendar.closes_on(cycle):
            await self.turn_to(calendar.closes_on(cycle), time(12, 0))
        operator = await self.operator()
        return await operator.ask("POST", f"/v1/admin/cycles/{cycle.first_on}/close")

    async def cycle_of(self, day: date) -> calendar.Cycle:
        """The cycle of a day as it is planned."""
        async with self.hub.pools.use("auditor") as conn:
            found = await (await conn.execute(CYCLE, (day,))).fetchone()
            assert found is not None
            return calendar.Cycle(*found)

    async def statement(self, day: date, party: str) -> Any:
        """A party's statement of the closed cycle of a day, as the operator sees it."""
        cycle, operator = await self.cycle_of(day), await self.operator()
        path = f"/v1/settlement/cycles/{cycle.first_on}/statement"
        answer = await operator.get(path, party=party)
        assert answer.status == 200, answer
        return answer.json

    async def yen(self, day: date, party: str) -> dict[int, int]:
        """What stands in the lines of that statement, summed by code; memo lines are left out."""
        found: dict[int, int] = {}
        for line in (await self.statement(day, party))["lines"]:
            if "yen" in line:
                found[line["code"]] = found.get(line["code"], 0) + line["yen"]
        return found

    async def sealed(self, day: date) -> list[bytes]:
        """The sealed file of the closed cycle of a day, line by line."""
        cycle, operator = await self.cycle_of(day), await self.operator()
        answer = await operator.get(f"/v1/settlement/cycles/{cycle.first_on}/seal")
        assert answer.status == 200, answer
        return answer.content.splitlines(keepends=True)

    async def nets(self, day: date) -> dict[str, int]:
        """What each party gets (+) or pays (-) of the closed cycle of a day, by its code."""
        cycle = await self.cycle_of(day)
        async with self.hub.pools.use("auditor") as conn:
            rows = await conn.execute(NETS, {"cycle_id": cycle.cycle_id})
            return {row[0]: row[1] for row in await rows.fetchall() if row[1]}

    async def points_of(self, member: Member) -> int:
        """What a member's wallet says."""
        return int(
            await self.value(
                "SELECT points FROM federation.wallets WHERE member_id = %s", member.member_id
            )
        )

    async def value(self, query: str, *asked: Any) -> Any:
        """One value out of the database, as the auditor sees it."""
        async with self.hub.pools.use("auditor") as conn:
            row = await (await conn.execute(query, asked)).fetchone()
            return None if row is None else row[0]

    async def broken(self) -> list[Any]:
        """Every promise of the books that does not hold."""
        async with self.hub.pools.use("auditor") as conn:
            return list(await broken(conn))


NETS = """
SELECT parties.code, statements.total_yen
FROM settlement.statements INNER JOIN tenants.parties USING (party_id)
WHERE cycle_id = %(cycle_id)s
"""


CYCLE = "SELECT first_on, last_on FROM federation.cycles WHERE %s BETWEEN first_on AND last_on"


def scopes_of(audience: str) -> list[str]:
    """Every scope that an audience can have."""
    return [name for name, scope in SCOPES.items() if audience in scope.audiences]


@asynccontextmanager
async def serving(
    settings: Settings,
    begin: datetime = BEGIN,
    funding: Funding = "at-redemption",
    breakage: layout.Breakage = "PROMO_FUND",
    cycles: schemes.Calendar = "SEMI_MONTHLY",
    sign_in: SignIn | None = None,
    port: int = 0,
) -> AsyncIterator[Mall]:
    """A hub that serves on a free port of loopback, in this process."""
    clock = FileClock(Path(settings.clock.removeprefix("file:")))
    clock.set(begin)
    async with AsyncExitStack() as stack:
        app = stack.enter_context(housed(settings, sign_in))
        url = await stack.enter_async_context(listening(app, port))
        http = await stack.enter_async_context(
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=256))
        )
        mall = Mall(url, app.state.hub, clock, http)
        async with mall.hub.pools.use("worker") as conn:
            if cycles != "SEMI_MONTHLY":
                offer = Offer(from_on=LONG_AGO, calendar=cycles)
                await agreeing.agree(conn, offer, WHY, begin)
            row = await (
                await conn.execute("SELECT max(last_on) FROM federation.cycles")
            ).fetchone()
            assert row is not None
            planned, last = row[0] + calendar.DAY, date(2027, 12, 31)
            ahead = calendar.following(planned, last, lambda _: cycles)
            await close.plan(conn, [(one.cycle_id, one.first_on, one.last_on) for one in ahead])
            mall.scheme_id = await layout.agree_scheme(conn, funding, LONG_AGO, WHY, breakage)
            await layout.add_rank_bonus(conn, "premium", 2, 1, LONG_AGO, WHY)
            await layout.moved(conn)
        yield mall
        broken = await mall.broken()
        assert broken == [], broken
        if os.environ.get("MEGURI_REPLAYED"):  # what was booked here, booked again
            async with mall.hub.pools.bare("auditor") as conn:
                strange = await off(conn, mall.now)
            assert strange == [], strange


@contextmanager
def housed(settings: Settings, sign_in: SignIn | None = None) -> Iterator[Litestar]:
    """An app that no other hub is behind: laying its routes out anew takes most of a second."""
    app = _EMPTY.pop() if _EMPTY else lay_out(clock_turns=True)
    yield move_in(app, Hub(settings), sign_in)
    _EMPTY.append(app)


@asynccontextmanager
async def listening(app: Litestar, port: int = 0) -> AsyncIterator[str]:
    """An app that serves on loopback, in this process: where."""
    config = uvicorn.Config(
        guarded(app),
        host="127.0.0.1",
        port=port,
        lifespan="on",
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=75,  # on a busy machine a test asks again later than a till would
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serve = asyncio.create_task(server._serve())
    try:
        while not server.started:
            if serve.done():
                serve.result()
                raise RuntimeError("the hub did not start")
            await asyncio.sleep(0.005)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        await _stopped(server, serve)


async def _stopped(server: uvicorn.Server, serve: asyncio.Task[None]) -> None:
    server.should_exit = True
    await serve


def settings_for(database_url: str, redis_url: str | None, folder: Path) -> Settings:
    """An instance laid out as a test: its clock is a file."""
    return Settings(
        database_url=database_url,
        secret="the secret of a test",
        redis_url=redis_url,
        issuer="http://localhost:8000",
        clock=f"file:{folder / 'clock'}",
        heads=str(folder / "heads.ndjson"),
    )
