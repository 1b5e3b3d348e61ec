"""What a shop may not see does not exist for it, over HTTP and in the database itself."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from auth.gate import ANYONE, CONSOLE, NOBODY, doors
from auth.scopes import BACKOFFICE, SCOPES, TILL
from deploy.app import create_app
from deploy.settings import ROLES
from tenants import layout
from tenants.board.notices import NewNotice, write
from tests.conftest import Given
from tests.mall import Answered, Client, Mall, Member, Shop, serving, settings_for
from tests.offline.files import send
from tests.races.hubs import cloned
from tests.stories.test_day_end import counted
from tests.traced import traced

JUNE = "2026-06-01"


@pytest.fixture(scope="module")
async def mall(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mall]:
    """One hub, in which two shops have sold to the same member and a cycle was closed."""
    folder = tmp_path_factory.mktemp("isolation")
    with cloned(given.database_url, template, "meguri_test_isolation") as url:
        async with serving(settings_for(url, given.redis_url, folder)) as ours:
            yield ours


class Town:
    """The bakery, which looks, and the bookshop, whose things it looks for."""

    bakery: Shop
    bookshop: Shop
    offices: dict[str, Client]
    hanako: Member  # buys in both
    taro: Member  # buys books alone
    named: dict[str, str]  # the bookshop's things, by the words of the table below


@pytest.fixture(scope="module")
async def town(mall: Mall) -> Town:
    here = Town()
    here.bakery, here.bookshop = await mall.shops("bakery", "bookshop")
    here.hanako, here.taro = await mall.members(2)
    async with mall.hub.pools.use("worker") as conn:
        await conn.execute(
            "INSERT INTO tenants.tills (tenant_id, till, shop_id) VALUES (%s, 'S02', %s)",
            (here.bookshop.tenant_id, here.bookshop.shop_id),
        )
        await layout.moved(conn)
    mall.hub.forget()  # as the bell does
    await here.bakery.sells(here.hanako, yen=11_000)
    for _ in range(3):
        await here.bookshop.sells(here.hanako, yen=5_500)
    sold = await here.bookshop.sells(here.taro, yen=11_000)
    spent = await here.bookshop.accepts(here.taro, points=40)
    assert (await mall.close(mall.today)).status == 200
    held = await here.bookshop.post("/v1/holds", **here.bookshop.asked(here.taro, points=1))
    here.offices = {shop.tenant: await mall.office(shop) for shop in (here.bakery, here.bookshop)}
    url = {"url": "https://hooks.example.com/"}
    put = await here.offices["bookshop"].ask("PUT", "/v1/webhook-endpoints/books", json=url)
    assert put.status == 201, put
    pages = {
        "cursor": await here.bookshop.get("/v1/entries", limit=1),
        "cycle cursor": await here.offices["bookshop"].get("/v1/settlement/cycles", limit=1),
    }
    here.named = {
        "entry": sold["entry"],
        "redemption": spent["entry"],
        "handle": (await here.bookshop.quote(here.taro))["member"],
        "hanako": (await here.bakery.quote(here.hanako))["member"],
        "slip": sold["slip"],
        "hold": held.json["hold_id"],
        "till": "S02",
        "party": "bookshop",
        "batch": (await send(here.bookshop, b"{}")).json["batch"],
        "endpoint": "books",
        "shop": "bookshop/bookshop",
        "notice": await noticed(mall, here.bookshop),
        "event": (await here.offices["bookshop"].get("/v1/events")).json["next"],
        **{name: answer.json["next"] for name, answer in pages.items()},
    }
    return here


async def noticed(mall: Mall, shop: Shop) -> str:
    """A notice of headquarters for one shop alone."""
    words = {"title": "x", "title_en": "x", "body": "x", "body_en": "x"}
    asked = NewNotice(level="shop", place=f"{shop.tenant}/{shop.tenant}", from_on=mall.today,
                      to_on=mall.today, **words)  # fmt: skip
    async with mall.hub.pools.use("worker") as conn:
        return mall.hub.names.seal("board", 0, await write(conn, asked, "hq", mall.now))


UNKNOWN = {
    "slip": "S-unknown",
    "till": "T99",
    "party": "nobody",
    "shop": "no/shop",
}  # all other names: junk

# What the bakery asks for, and who asks in its name; {…} is the bookshop's, or unknown.
LOOKS = [
    ("GET", "/v1/entries/{entry}", TILL),
    ("GET", "/v1/entries/{redemption}", BACKOFFICE),
    ("GET", "/v1/entries/{entry}/provenance", TILL),
    ("GET", "/v1/entries/{redemption}/provenance", BACKOFFICE),
    ("GET", "/v1/entries?after={cursor}", TILL),
    ("GET", "/v1/members/{handle}/balance", TILL),
    ("GET", "/v1/members/{handle}/lots", TILL),
    ("GET", "/v1/members/{handle}/entries", TILL),
    ("GET", "/v1/members/{handle}/profile", BACKOFFICE),
    ("GET", "/v1/members/@hanako/entries?after={cursor}", BACKOFFICE),
    ("GET", "/v1/slips?till=T01&slip={slip}", TILL),
    ("GET", "/v1/slips?till={till}&slip=@slip", TILL),
    ("GET", "/v1/tills/{till}", TILL),
    ("GET", "/v1/batches/{batch}", TILL),
    ("GET", "/v1/batches/{batch}", BACKOFFICE),
    ("POST", "/v1/accruals {till}", TILL),
    ("POST", "/v1/redemptions {till}", TILL),
    ("POST", "/v1/purchases {till}", TILL),
    ("POST", "/v1/reversals {till}", TILL),
    ("POST", "/v1/coupon-uses {till}", TILL),
    ("POST", "/v1/returns {till}", TILL),
    ("POST", "/v1/holds {till}", TILL),
    ("GET", "/v1/holds/{hold}", TILL),
    ("POST", "/v1/holds/{hold}/capture T01", TILL),
    ("POST", "/v1/holds/{hold}/release T01", TILL),
    ("POST", "/v1/quotes {till}", TILL),
    ("POST", "/v1/visits {till}", TILL),
    ("GET", "/v1/daily-totals?till={till}&business_date=2026-06-03", TILL),
    ("POST", "/v1/daily-totals {till}", TILL),
    ("POST", "/v1/member-codes {handle}", BACKOFFICE),
    ("POST", "/v1/member-lookups {till}", TILL),
    ("POST", "/v1/benefit-uses {till}", TILL),
    ("POST", "/v1/prizes {till}", TILL),
    ("POST", "/v1/handover-reversals {till}", TILL),
    ("GET", "/v1/settlement/cycles?after={cycle cursor}", BACKOFFICE),
    ("GET", f"/v1/settlement/cycles/{JUNE}/statement?party={{party}}", BACKOFFICE),
    ("GET", "/v1/settlement/exposure?party={party}", BACKOFFICE),
    ("GET", "/v1/settlement/give-take?party={party}", BACKOFFICE),
    ("GET", "/v1/reports/issued?party={party}", BACKOFFICE),
    ("GET", f"/v1/settlement/cycles/{JUNE}/proof?party={{party}}", BACKOFFICE),
    ("GET", "/v1/flows?party={party}", BACKOFFICE),
    ("GET", f"/v1/settlement/cycles/{JUNE}/days?party={{party}}", BACKOFFICE),
    ("GET", f"/v1/settlement/cycles/{JUNE}/lines/201/entries?party={{party}}", BACKOFFICE),
    ("GET", f"/v1/settlement/cycles/{JUNE}/lines/201/entries?after={{cursor}}", BACKOFFICE),
    ("GET", f"/v1/settlement/cycles/{JUNE}/journals?party={{party}}", BACKOFFICE),
    ("GET", "/v1/settlement/journals?month=2026-06&party={party}", BACKOFFICE),
    ("GET", "/v1/settlement/papers?after={cursor}", BACKOFFICE),
    ("GET", "/v1/tills/{till}/sequence", TILL),
    ("GET", "/v1/tills/{till}/slips?business_date=2026-06-03", TILL),
    ("GET", "/v1/shop-notices?till={till}", TILL),
    ("POST", "/v1/shop-notices/{notice}/seen T01", TILL),
    ("GET", "/v1/settings?shop={shop}", BACKOFFICE),
    ("POST", "/v1/settings {shop}", BACKOFFICE),
    ("GET", "/v1/events?after={event}", BACKOFFICE),
    ("GET", "/v1/webhook-endpoints/{endpoint}", BACKOFFICE),
    ("GET", "/v1/webhook-endpoints/{endpoint}/key", BACKOFFICE),
    ("DELETE", "/v1/webhook-endpoints/{endpoint}", BACKOFFICE),
    ("GET", "/v1/webhook-endpoints/{endpoint}/deliveries", BACKOFFICE),
    ("POST", "/v1/webhook-endpoints/{endpoint}/secret nothing", BACKOFFICE),
    ("POST", "/v1/webhook-endpoints/{endpoint}/test nothing", BACKOFFICE),
    ("POST", "/v1/webhook-endpoints/{endpoint}/replay nothing", BACKOFFICE),
]
SHARED = {
    ("GET", "/v1/settlement/cycles/{cycle_id}"),  # one calendar for all
    ("GET", "/v1/expiry-policies"),  # and one set of expiry policies
    ("GET", "/v1/settlement/terms"),  # names nobody: one's own, tests/settlement/test_terms.py
    ("GET", "/v1/settlement/cycles/{cycle_id}/payment"),  # likewise, tests/settlement/life
    ("GET", "/v1/settlement/disputes"),  # likewise
    ("POST", "/v1/settlement/disputes"),  # names a line of one's own statement
    ("GET", "/v1/settlement/breaks"),  # likewise, tests/settlement/breaks
    ("GET", "/v1/settlement/breaks/{break_id}"),  # likewise
    ("GET", "/v1/reports/foreign"),  # likewise, tests/stories/test_rows_of_settlement.py
    ("POST", "/v1/batches"),  # names no thing; a file of another's lines: tests/offline
    ("GET", "/v1/suspense"),  # likewise
    ("GET", "/v1/webhook-endpoints"),  # names nobody: one's own, tests/webhooks
    ("PUT", "/v1/webhook-endpoints/{endpoint}"),  # makes one's own under the name, tests/webhooks
}


def body_of(shop: Shop, member: Member, call: str, till: str) -> dict[str, Any]:
    """A request with nothing wrong in it but, it may be, its till."""
    bodies: dict[str, dict[str, Any]] = {
        "/v1/accruals": shop.sale(member, 110),
        "/v1/redemptions": shop.spending(member, 1),
        "/v1/purchases": shop.sale(member, 110, points=1),
        "/v1/coupon-uses": shop.asked(member, coupon="c", payable_yen=110, receipt_no="1"),
        "/v1/reversals": shop.asked(member, of="S-1", reason="打ち間違い"),
        "/v1/quotes": shop.asked(member, paid_yen=110),
        "/v1/returns": shop.asked(member, of="S-1", returned_yen=110),
        "/v1/holds": shop.asked(member, points=1),
        "/v1/visits": shop.asked(member),
        "/v1/benefit-uses": shop.asked(member, benefit="parking"),
        "/v1/prizes": shop.asked(member, occasion="rally"),
        "/v1/handover-reversals": shop.asked(member, of="S-1", reason="渡し間違い"),
    }
    if call.startswith("/v1/webhook-endpoints/"):
        return {"after": 0} if call.endswith("/replay") else {}
    if call == "/v1/settings":
        word = {"level": "shop", "code": till, "key": "rounding", "value": "CEIL"}
        return {**word, "from_on": "2030-01-01", "reason": "x"}
    if call.startswith("/v1/shop-notices/"):
        return {"till": till}
    if call == "/v1/member-codes":
        return {"member": till}
    if call == "/v1/member-lookups":
        return {"till": till, "card": member.card}
    if call == "/v1/daily-totals":
        return {**counted(shop, "D-01", "D-03"), "till": till}
    if call.startswith("/v1/holds/"):
        points = {"points": 1} if call.endswith("/capture") else {}
        envelope = {k: v for k, v in shop.asked(member).items() if k != "card"}
        return {**envelope, **points, "till": till}
    cardless = ("/v1/reversals", "/v1/returns", "/v1/handover-reversals")
    unasked = "card" if call in cardless else "slip" if call == "/v1/quotes" else None
    return {k: v for k, v in {**bodies[call], "till": till}.items() if k != unasked}


async def looked(town: Town, method: str, path: str, audience: str, named: Any) -> Answered:
    """What the bakery is told; the same fields each time but for the name."""
    asks = town.bakery if audience == TILL else town.offices["bakery"]
    for name, value in town.named.items():
        path = path.replace(f"@{name}", value)
    filled = path.format_map(named)
    if method != "POST":
        return await asks.ask(method, filled)
    call, till = filled.split()
    return await asks.post(call, **body_of(town.bakery, town.hanako, call, till))


class Junk(dict[str, str]):
    """Unknown names; those that the hub would have sealed are junk."""

    def __missing__(self, _: str) -> str:
        return "a" * 26


@pytest.mark.parametrize(("method", "path", "audience"), LOOKS, ids=lambda value: value)
async def test_another_shops_things_are_as_unknown_as_what_never_was(
    mall: Mall, town: Town, method: str, path: str, audience: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In status, body and work: the same statements in as many round trips, so that no stopwatch
    tells what exists."""
    entries = await mall.value("SELECT count(*) FROM federation.entries")
    await looked(town, method, path, audience, Junk(UNKNOWN))  # what is read once is read now
    with traced(monkeypatch) as for_theirs:
        theirs = await looked(town, method, path, audience, town.named)
    with traced(monkeypatch) as for_nobodys:
        nobodys = await looked(town, method, path, audience, Junk(UNKNOWN))
    assert for_theirs == for_nobodys
    assert (theirs.status, theirs.content) == (nobodys.status, nobodys.content)
    assert theirs.status == 404, theirs
    assert theirs.headers["content-type"] == nobodys.headers["content-type"]
    assert await mall.value("SELECT count(*) FROM federation.entries") == entries


async def test_what_the_bakery_cannot_find_is_there_for_the_bookshop(town: Town) -> None:
    for path in ("/v1/entries/{entry}", "/v1/members/{handle}/lots", "/v1/entries?after={cursor}"):
        assert (await town.bookshop.get(path.format_map(town.named))).status == 200
    office = town.offices["bookshop"]
    statement = await office.get(f"/v1/settlement/cycles/{JUNE}/statement", party="bookshop")
    assert statement.status == 200, statement


def test_every_route_of_a_tenant_is_looked_at_from_the_other_side(mall: Mall) -> None:
    """A new route without a row in the table is red."""
    ours = set()
    for door in doors(create_app(mall.hub.settings).routes):
        if door.path.startswith("/console"):  # pages answer people alone: tests/people, tests/pages
            continue
        wanted = [] if door.requires in (ANYONE, NOBODY, CONSOLE) else door.requires.split()
        if any(SCOPES[scope].audiences & {TILL, BACKOFFICE} for scope in wanted):
            ours.add((door.method, door.path))
    known = {(method, shape(path)) for method, path, _ in LOOKS} | SHARED
    assert {(method, shape(path)) for method, path in ours - SHARED} == known - SHARED


def shape(path: str) -> str:
    """A route without the names in it."""
    bare = path.partition("?")[0].partition(" ")[0].replace(JUNE, "{}")
    named = ("{", "@")
    return "/".join(
        "{}" if part[:1] in named or part.isdigit() else part for part in bare.split("/")
    )


async def test_a_list_holds_the_callers_own_entries_alone(mall: Mall, town: Town) -> None:
    own = (await town.bakery.get("/v1/entries")).json["entries"]
    theirs = (await town.bookshop.get("/v1/entries")).json["entries"]
    every = (await (await mall.operator()).get("/v1/entries")).json["entries"]
    assert (len(own), len(theirs), len(every)) == (1, 6, 7)
    assert {one["entry"] for one in own + theirs} == {one["entry"] for one in every}
    assert len({one["member"] for one in own + theirs + every}) == 5, "no handle of two tenants"


async def test_a_member_known_to_both_is_seen_by_each_through_its_own_till(town: Town) -> None:
    handle = town.named["hanako"]
    entries = (await town.bakery.get(f"/v1/members/{handle}/entries")).json["entries"]
    assert [one["points"] for one in entries] == [100]
    lots = (await town.bakery.get(f"/v1/members/{handle}/lots")).json["lots"]
    assert [lot["points"] for lot in lots] == [100, 50, 50, 50]
    assert [lot.get("granted_by") for lot in lots] == [entries[0]["entry"], None, None, None]
    assert [lot.get("rule") for lot in lots] == ["base", None, None, None]


async def test_slips_and_receipts_of_two_shops_never_meet(town: Town) -> None:
    """A key of another tenant's must not even say that it exists (security T-31)."""
    jiro = (await town.bakery.mall.members(1))[0]
    same = {"slip": "S-of-both", "receipt_no": "0042"}
    answers = [
        await shop.post("/v1/accruals", **shop.sale(jiro, yen, **same))
        for shop, yen in ((town.bookshop, 110), (town.bakery, 220))
    ]
    assert [(one.status, one.json["points"]) for one in answers] == [(201, 1), (201, 2)]
    undo = {"till": "T01", "of": "S-of-both", "reason": "打ち間違い"}
    asked = {**town.bakery.asked(jiro), **undo}
    undone = await town.bakery.post(
        "/v1/reversals", **{k: v for k, v in asked.items() if k != "card"}
    )
    assert undone.json["reversed"]["points"] == 2
    assert await town.bakery.mall.points_of(jiro) == 1, "the bookshop's slip stands"


async def test_a_client_of_one_till_speaks_for_no_other(mall: Mall, town: Town) -> None:
    registered = await mall.register("bookshop", TILL, ["points:accrue", "points:read"], ["S02"])
    limited = Client(mall, "bookshop", registered)
    sale = town.bookshop.sale(town.taro, 110)
    refused = [await limited.post("/v1/accruals", **{**sale, "till": t}) for t in ("T01", "T99")]
    asked = [await limited.get("/v1/slips", till=till, slip="S-1") for till in ("T01", "T99")]
    assert {(one.status, one.slug) for one in refused + asked} == {(404, "not-found")}
    assert len({one.content for one in refused + asked}) == 1
    assert (await limited.post("/v1/accruals", **{**sale, "till": "S02"})).status == 201


def ask(mall: Mall, role: str, query: str, *sent: Any, tenant: int | None = None) -> list[Any]:
    """What a role is answered by the database itself."""
    settings = mall.hub.settings
    url = settings.database_url if role == "owner" else settings.url(role)
    with psycopg.connect(url) as conn:
        if tenant is not None:
            conn.execute("SELECT set_config('meguri.tenant', %s, true)", (str(tenant),))
        return conn.execute(query.encode(), sent).fetchall()


SERVING = [f"meguri_{role}" for role in ROLES]


async def test_no_serving_role_has_powers_owns_anything_or_stands_in_for_another(
    mall: Mall,
) -> None:
    roles = ask(
        mall, "owner", "SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s)", "meguri_"
    )
    assert {name for (name,) in roles} == {*SERVING, "meguri_owner", "meguri_migrate"}
    powers = (
        "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND (rolsuper OR rolbypassrls"
        " OR rolcreaterole OR rolcreatedb OR rolreplication OR rolinherit)"
    )
    owned = (
        "SELECT oid::regclass::text FROM pg_class WHERE relowner::regrole::text = ANY(%s)"
        " UNION ALL SELECT nspname FROM pg_namespace WHERE nspowner::regrole::text = ANY(%s)"
        " UNION ALL SELECT proname FROM pg_proc WHERE proowner::regrole::text = ANY(%s)"
    )
    members = "SELECT roleid FROM pg_auth_members WHERE member::regrole::text = ANY(%s)"
    assert ask(mall, "owner", powers, SERVING) == []
    assert ask(mall, "owner", owned, SERVING, SERVING, SERVING) == []
    assert ask(mall, "owner", members, SERVING) == []


TENANTS_TABLES = """
SELECT pg_class.oid::regclass::text, relrowsecurity AND relforcerowsecurity
FROM pg_class
INNER JOIN pg_attribute ON attrelid = pg_class.oid
INNER JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE
    relkind IN ('r', 'p') AND attname = 'tenant_id' AND NOT attisdropped
    AND nspname NOT IN ('pg_catalog', 'information_schema')
"""


async def test_every_table_of_tenants_rows_has_its_policy_forced(mall: Mall, town: Town) -> None:
    tables = dict(ask(mall, "owner", TENANTS_TABLES))
    assert [name for name, forced in tables.items() if not forced] == []
    for whole in ("federation.entries", "federation.draws", "federation.answers"):
        assert {whole, f"{whole}_202606", f"{whole}_202607"} <= tables.keys()


def read_by_app(mall: Mall) -> Iterator[str]:
    """The tables of tenants' rows that the app may read at all."""
    for table, _ in ask(mall, "owner", TENANTS_TABLES):
        may = "SELECT has_table_privilege('meguri_app', %s, 'SELECT')"
        if ask(mall, "owner", may, table) == [(True,)]:
            yield table


async def test_who_names_no_tenant_sees_nothing(mall: Mall, town: Town) -> None:
    tables = list(read_by_app(mall))
    assert {"federation.entries", "federation.slips", "tenants.tills"} <= set(tables)
    for table in tables:
        seen = f"SELECT DISTINCT tenant_id FROM {table}"
        assert ask(mall, "app", seen) == [], table
        assert ask(mall, "app", seen, tenant=0) == [], table
        own = ask(mall, "app", seen, tenant=town.bakery.tenant_id)
        assert own in ([], [(town.bakery.tenant_id,)]), table


async def test_a_connection_forgets_its_tenant_with_its_transaction(mall: Mall, town: Town) -> None:
    count = "SELECT count(*) FROM federation.entries"
    async with mall.hub.pools.bare("app") as conn:
        for tenant, most in (("", 0), (str(town.bookshop.tenant_id), 5), ("", 0)):
            async with conn.transaction():
                if tenant:
                    await conn.execute("SELECT set_config('meguri.tenant', %s, true)", (tenant,))
                row = await (await conn.execute(count)).fetchone()
            assert row is not None
            assert (row[0] >= most) if most else (row[0] == 0)


@pytest.mark.parametrize("table", ["wallets", "lots", "carriers", "members", "profiles"])
async def test_what_belongs_to_members_is_closed_to_the_app(mall: Mall, table: str) -> None:
    with pytest.raises(InsufficientPrivilege):
        ask(mall, "app", f"SELECT 1 FROM federation.{table}", tenant=1)


@pytest.mark.parametrize("table", ["entries", "draws", "slips", "answers"])
@pytest.mark.parametrize("role", ROLES)
async def test_what_was_booked_is_changed_by_nobody_who_serves(
    mall: Mall, town: Town, role: str, table: str
) -> None:
    month = "_202606" if table != "slips" else ""
    for name in {f"federation.{table}", f"federation.{table}{month}"}:
        for change in (
            f"UPDATE {name} SET tenant_id = tenant_id",
            f"DELETE FROM {name}",
            f"TRUNCATE {name}",
        ):
            with pytest.raises(InsufficientPrivilege):
                ask(mall, role, change)


HOLD_LOOKS = [look for look in LOOKS if "{hold}" in look[1]]


@pytest.mark.parametrize(("method", "path", "audience"), HOLD_LOOKS, ids=lambda value: value)
async def test_anothers_hold_costs_no_more_where_the_clock_decides_for_its_member(
    mall: Mall, town: Town, method: str, path: str, audience: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its time is over, so whoever lined up for its member would book that first: a hold's name
    leads another tenant to nobody, not even to a member who then turns out not to be its own."""
    waiting = await town.bookshop.post("/v1/holds", **town.bookshop.asked(town.taro, points=1))
    now = mall.now
    mall.clock.set(now + timedelta(minutes=16))
    named = {**town.named, "hold": waiting.json["hold_id"]}
    await looked(town, method, path, audience, Junk(UNKNOWN))
    with traced(monkeypatch) as for_theirs:
        theirs = await looked(town, method, path, audience, named)
    with traced(monkeypatch) as for_nobodys:
        nobodys = await looked(town, method, path, audience, Junk(UNKNOWN))
    assert for_theirs == for_nobodys
    assert (theirs.status, theirs.content) == (nobodys.status, nobodys.content)
    assert theirs.status == 404, theirs
    held = await town.bookshop.get(f"/v1/holds/{named['hold']}")
    assert held.json["state"] == "expired", "and it is still there for the shop that made it"
    state = "SELECT state FROM federation.holds ORDER BY entry_id DESC LIMIT 1"
    assert await mall.value(state) == "open", "nobody has booked what the clock decided"
    mall.clock.set(now)
