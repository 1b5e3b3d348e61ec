"""監査証跡: whoever changes something, looks at a person or is refused leaves a row; nobody changes
it, and who tries is seen."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from psycopg.errors import InsufficientPrivilege

from auth.gate import ANYONE, Door, doors
from auth.scopes import BACKOFFICE, OPERATOR, SCOPES, TILL
from deploy.app import create_app
from deploy.cli import COMMANDS, main
from deploy.trail.acts import READS, about, noted
from deploy.trail.console import UNNOTED, audited
from deploy.trail.gate import Doorkeeper
from tests.conftest import Given
from tests.mall import Client, Mall, scopes_of, serving, settings_for
from tests.office import Office, card, office
from tests.races.hubs import cloned

CANARY = "金糸雀"


@pytest.fixture(scope="module")
async def mall(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mall]:
    folder = tmp_path_factory.mktemp("audit")
    with cloned(given.database_url, template, "meguri_test_audit") as url:
        async with serving(settings_for(url, given.redis_url, folder)) as ours:
            yield ours


@pytest.fixture(scope="module")
async def clerk(mall: Mall) -> Office:
    await mall.shop("bakery")
    return await office(mall)


async def kept(mall: Mall, **asked: Any) -> list[Any]:
    """What the trail says, newest first, when nothing waits any more."""
    await mall.hub.trail.flush()
    answer = await (await mall.operator()).get("/v1/admin/audit", **asked)
    assert answer.status == 200, answer
    return list(answer.json["acts"])


def owner(mall: Mall, *statements: str) -> list[Any]:
    """What the owner, who is a superuser here, is told."""
    with psycopg.connect(mall.hub.settings.database_url, autocommit=True) as conn:
        found = [conn.execute(one.encode()) for one in statements][-1]
        return found.fetchall() if found.description else []


async def test_a_write_is_kept_in_its_own_transaction_with_who_why_and_whom(
    mall: Mall, clerk: Office
) -> None:
    hanako = await mall.member()
    assert (await clerk.freeze(hanako)).status == 204
    row, = owner(
        mall,
        "SELECT a.actor, a.xid = (SELECT max(xmin::text::xid8) FROM tenants.acts), a.status,"
        " a.kind, a.object, a.reason, a.needs, a.address, a.proved FROM audit.acts a"
        " WHERE verb LIKE '%freeze'",
    )  # fmt: skip
    assert row == (
        clerk.client.client_id, True, 204, "member", clerk.handle(hanako), "窓口で確認",
        "members:write", "127.0.0.1", True,
    )  # fmt: skip
    assert len(await kept(mall, object=clerk.handle(hanako))) == 1, "told once"


async def test_a_write_that_books_by_the_desk_is_noted_before_it_begins(
    mall: Mall, clerk: Office
) -> None:
    hanako, taro = await mall.members(2)
    booked = await clerk.merge(hanako, taro)
    assert booked.status == 201, booked
    ended, begun = await kept(mall, verb="merges")
    assert (begun["request"], begun.get("status"), ended["status"]) == (
        ended["request"], None, 201,
    )  # fmt: skip
    adjusted = await clerk.adjust(taro, 400)
    assert adjusted.status == 201, adjusted
    one, *_ = await kept(mall, verb="adjustments", least_yen=400, most_yen=400, party="operator")
    assert (one["amount_yen"], one["party"], one["slip"]) == (
        400, "operator", adjusted.json["slip"],
    )  # fmt: skip


async def test_a_refused_write_is_told_as_refused(mall: Mall, clerk: Office) -> None:
    hanako = await mall.member()
    await clerk.merge(hanako, hanako)
    one, *_ = await kept(mall, verb="merges", refused=True)
    assert one["status"] == 409


async def test_a_look_at_a_person_is_noted_and_never_what_was_seen(
    mall: Mall, clerk: Office
) -> None:
    hanako = await mall.member()
    await clerk.write(hanako, name=CANARY, phone="0312345678")
    await clerk.client.get(clerk.path(hanako, "/profile"))
    await clerk.client.post("/v1/admin/member-searches", card=hanako.card)
    looked, wrote = [
        await kept(mall, object=clerk.handle(hanako), verb=f"{verb} ") for verb in ("GET", "PUT")
    ]
    assert [len(looked), len(wrote)] == [1, 1]
    bakery = await mall.shop("looking")
    for asked in ({"card": hanako.card}, {"phone": "09012345678"}):
        await bakery.post("/v1/member-lookups", till="T01", **asked)
    by_phone = await kept(mall, verb="member-lookups")
    assert [one["kind"] for one in by_phone] == ["phone"], "cards are scanned all day"
    every = str(owner(mall, "SELECT jsonb_agg(to_jsonb(acts)) FROM audit.acts"))
    for told in (CANARY, "0312345678", "09012345678", hanako.card):
        assert told not in every


async def test_who_may_not_come_in_is_noted_with_the_right_it_lacked(
    mall: Mall, clerk: Office
) -> None:
    bakery = await mall.shop("curious")
    assert (await bakery.get("/v1/admin/audit")).status == 403
    one, *_ = await kept(mall, actor=bakery.client_id)
    assert (one["status"], one["needs"], one["tenant"], one["proved"]) == (
        403, "audit:read", "curious", True,
    )  # fmt: skip
    head, claims, _ = (await bakery.token()).split(".")
    forged = {"authorization": f"Bearer {head}.{claims}.{'A' * 86}"}
    async with mall.http.get(f"{mall.url}/v1/entries", headers=forged) as answer:
        assert answer.status == 401
    one, *_ = await kept(mall, actor=bakery.client_id, refused=True)
    assert (one["status"], one["proved"]) == (401, False)
    for _ in range(80):
        await bakery.get("/v1/admin/audit")
    assert len(await kept(mall, actor=bakery.client_id, limit=200)) <= 60, "a flood drowns nobody"


async def test_an_operators_sign_in_is_noted_and_a_tills_is_not(mall: Mall) -> None:
    shop = await mall.shop("dawn")
    back = await mall.office(shop)
    for one in (shop, back):
        await one.token()
    assert await kept(mall, actor=shop.client_id) == []
    (signed_in,) = await kept(mall, actor=back.client_id)
    assert (signed_in["verb"], signed_in["status"]) == ("POST /oauth/token", 200)


async def test_the_trail_is_paged_searched_and_a_spreadsheets(mall: Mall, clerk: Office) -> None:
    operator, hanako = await mall.operator(), await mall.member()
    for _ in range(3):
        await clerk.write(hanako, name="花子")
    first = await operator.get("/v1/admin/audit", object=clerk.handle(hanako), limit=2)
    rest = await operator.get(
        "/v1/admin/audit", object=clerk.handle(hanako), limit=2, after=first.json["next"]
    )
    ids = [one["act_id"] for one in first.json["acts"] + rest.json["acts"]]
    assert (len(set(ids)), ids, rest.json["next"]) == (3, sorted(ids, reverse=True), None)
    other = await mall.register("bakery", OPERATOR, ["audit:read"])
    theirs = await Client(mall, "bakery", other).get("/v1/admin/audit", after=first.json["next"])
    assert theirs.status == 404
    tomorrow = (mall.hub.trail.now() + timedelta(days=2)).date()
    assert (await operator.get("/v1/admin/audit", from_on=tomorrow)).json["acts"] == []
    asked = {"headers": {"accept": "text/csv"}, "params": {"object": clerk.handle(hanako)}}
    told = await operator.ask("GET", "/v1/admin/audit", **asked)
    rows = list(csv.reader(io.StringIO(told.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == [str(one) for one in ids]
    bad = await operator.get("/v1/admin/audit", from_on="2026-02-30")
    assert bad.slug == "validation"


COLUMNS = {"audit.links": "number = number", "auth.people_log": "told = 'x'"}


async def test_nobody_changes_the_trail_and_who_gets_round_that_is_seen(
    mall: Mall, clerk: Office
) -> None:
    await clerk.freeze(await mall.member())
    await mall.hub.trail.flush()
    month = owner(mall, "SELECT tableoid::regclass::text FROM audit.acts LIMIT 1")[0][0]
    for table in ("audit.acts", month, "audit.links", "auth.people_log"):
        column = COLUMNS.get(table, "reason = 'x'")
        for change in (f"UPDATE {table} SET {column}", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with pytest.raises(InsufficientPrivilege):
                owner(mall, change)
            with pytest.raises(InsufficientPrivilege):
                owner(mall, "SET session_replication_role = replica", change)
            with (
                pytest.raises(InsufficientPrivilege),
                psycopg.connect(mall.hub.settings.url("worker")) as conn,
            ):
                conn.execute(change.encode())
    await settled(mall)
    assert owner(mall, "SELECT * FROM audit.broken()") == []
    last = owner(mall, "SELECT act_id FROM audit.links ORDER BY number DESC LIMIT 1")[0][0]
    loose, fast = (
        f"ALTER TABLE {month} {word} TRIGGER keep" for word in ("DISABLE", "ENABLE ALWAYS")
    )
    owner(mall, loose, f"UPDATE audit.acts SET reason = 'other' WHERE act_id = {last}", fast)
    assert [row[1:] for row in owner(mall, "SELECT * FROM audit.broken()")] == [(last, "changed")]
    owner(mall, loose, f"DELETE FROM audit.acts WHERE act_id = {last}", fast)
    assert [row[1:] for row in owner(mall, "SELECT * FROM audit.broken()")] == [(last, "gone")]


async def settled(mall: Mall) -> None:
    """Until all is linked: a transaction of somebody else's may have been older."""
    while owner(mall, "SELECT count(*) FROM audit.acts LEFT JOIN audit.links USING (act_id)"
                " WHERE number IS NULL")[0][0]:  # fmt: skip
        await mall.hub.trail.flush()


def test_every_month_has_its_guards_and_its_policy(mall: Mall) -> None:
    guards = (
        "SELECT c.relname, bool_and(t.tgenabled = 'A'), count(*), c.relforcerowsecurity"
        " FROM pg_class c JOIN pg_trigger t ON t.tgrelid = c.oid"
        " WHERE c.relnamespace = 'audit'::regnamespace GROUP BY 1, 4 ORDER BY 1"
    )
    found = {row[0]: row[1:] for row in owner(mall, guards)}
    assert found.pop("links") == (True, 1, False)
    assert len(found) >= 4
    assert set(found.values()) == {(True, 2, True)}


def writes(mall: Mall) -> list[Door]:
    """Every route of an operator or a back office that is not only read."""
    found = doors(create_app(mall.hub.settings).routes)
    theirs = [
        one for one in found
        if one.method not in {*READS, "ASGI"} and one.requires not in (ANYONE, "nobody")
        and not one.path.startswith(("/console", "/member"))  # people's own: tests/people
        and not all(TILL in SCOPES[scope].audiences for scope in one.requires.split())
        and all(SCOPES[scope].audiences & {BACKOFFICE, OPERATOR} for scope in one.requires.split())
    ]  # fmt: skip
    assert len(theirs) >= 19
    return theirs


async def test_every_write_of_an_operator_or_a_back_office_leaves_a_row(mall: Mall) -> None:
    """A new route is in this table before anybody thinks of it: it is asked with nothing."""
    shop = await mall.shop("all-writes")
    back, operator = await mall.office(shop), await mall.operator()
    for door in writes(mall):
        theirs = all(BACKOFFICE in SCOPES[scope].audiences for scope in door.requires.split())
        path = door.path.replace("{", "").replace("}", "")
        sent: dict[str, Any] = {"json": {}}
        if door.path.endswith("/imports"):
            sent = {"data": b"x", "headers": {"content-type": "text/csv"}}
        answer = await (back if theirs else operator).ask(door.method, path, **sent)
        assert answer.status < 500, (door, answer)
        found = await kept(mall, verb=f"{door.method} {door.path}")
        assert found, door
        assert found[0]["status"] == answer.status, door


@pytest.mark.parametrize(("method", "needs", "kind"), [
    ("POST", "admin:write", "write"), ("POST", "members:read", "look"), ("PUT", "x:new", "write"),
    ("GET", "members:read", "look"), ("GET", "settlement:read", None), ("POST", ANYONE, "look"),
    ("POST", "points:accrue", None), ("POST", "points:accrue points:redeem", None),
    ("POST", "members:lookup", "look"), ("GET", ANYONE, None), ("POST", "nobody", None),
    ("POST", "members:write points:adjust", "write"), ("DELETE", "events:read", "look"),
])  # fmt: skip
def test_the_scope_of_a_door_decides_what_is_noted(
    method: str, needs: str, kind: str | None
) -> None:
    assert noted(method, needs) == kind


def test_what_a_request_is_about_is_told_by_fields_that_were_thought_of() -> None:
    told = {"handle": "abc"}, {"party": "bakery"}, {
        "points": -40, "reason": "x" * 900, "name": CANARY, "phone": "0312345678", "card": "6304",
    }  # fmt: skip
    assert about(*told) == {
        "kind": "member", "object": "abc", "party": "bakery", "amount_yen": -40,
        "reason": "x" * 200,
    }  # fmt: skip
    assert about({"phone": "0312345678"}) == {"kind": "phone"}
    assert about({"points": 10**40, "slip": ["x"], "reason": "a\0b"}) == {
        "amount_yen": 2**62, "reason": "ab",
    }  # fmt: skip


@pytest.mark.parametrize(("peer", "forwarded", "said"), [
    ("127.0.0.1", "203.0.113.9", "127.0.0.1"), ("10.1.2.3", "203.0.113.9", "203.0.113.9"),
    ("10.1.2.3", "203.0.113.9, 198.51.100.4", "198.51.100.4"), ("10.1.2.3", "junk", "10.1.2.3"),
    ("192.0.2.1", "10.1.2.3", "192.0.2.1"), ("10.1.2.3", "", "10.1.2.3"),
])  # fmt: skip
def test_an_address_is_forwarded_only_by_our_own_proxy(
    mall: Mall, peer: str, forwarded: str, said: str
) -> None:
    keeper = Doorkeeper(mall.hub.trail, "10.0.0.0/8, 172.16.0.0/12")
    assert keeper.address((peer, 4711), forwarded) == said


async def test_a_command_leaves_a_row_before_and_one_after(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mall.shop("desk")
    for name, value in mall.hub.settings.env().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LOGNAME", "keiko")
    words = ["client", "add", "--tenant", "desk", "--name", CANARY, "--scope", "points:accrue"]
    done = await asyncio.to_thread(CliRunner().invoke, main, words)
    assert done.exit_code == 0, done.output
    refused = await asyncio.to_thread(CliRunner().invoke, main, ["client", "revoke", "c_nobody"])
    assert refused.exit_code == 1
    found = await kept(mall, actor="cli:keiko")
    assert [(one["verb"], one.get("status")) for one in found] == [
        ("meguri client revoke", 409), ("meguri client revoke", None),
        ("meguri client add", 200), ("meguri client add", None),
    ]  # fmt: skip
    assert found[-1]["object"] == "desk"
    assert CANARY not in str(found)
    words = ["audit", "list", "--actor", "cli:keiko"]
    told = await asyncio.to_thread(CliRunner().invoke, main, words)
    assert "meguri client revoke 409" in told.output
    await settled(mall)


def test_every_command_is_noted_or_named_as_one_that_only_looks() -> None:
    """A command that is taken away leaves no name behind it, and a new one is noted."""
    leaves = set()

    def walk(command: Any, name: str) -> None:
        for word, one in getattr(command, "commands", {"": command}).items():
            walk(one, f"{name} {word}") if word else leaves.add((name, command.callback))

    for name in COMMANDS:
        walk(main.get_command(None, name), name)  # type: ignore[arg-type]  # it needs none
    marked = {name for name, callback in leaves if getattr(callback, "__wrapped__", None)}
    assert {name for name, _ in leaves} >= UNNOTED
    assert {"client revoke", "settlement approve", "bank account", "members import"} <= marked
    assert audited  # the wrapper of all of these


def test_scopes_that_show_people_are_the_operators_or_counted(mall: Mall) -> None:
    assert set(scopes_of(OPERATOR)) >= {"audit:read", "members:read"}
    assert card()
