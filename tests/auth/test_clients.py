"""Clients and tills at the administrator's desk, and at the command line."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import msgspec
import psycopg
import pytest
from click.testing import CliRunner
from joserfc.jwk import ECKey, OctKey, RSAKey

from auth import clients, commands, enrolments
from auth.scopes import AUDIENCES, CONSOLE, SCOPES, strangers
from federation.refusals import NotFound, Validation

PUBLIC = ECKey.generate_key("P-256").as_dict(private=False)


async def moved(worker: Any) -> int:
    row = await (await worker.execute("SELECT moved FROM federation.doors")).fetchone()
    return int(row[0])


async def test_a_secret_is_shown_once_and_only_its_hash_is_kept(register, settings):
    one, two = await register(), await register()
    assert clients.CLIENT_ID.fullmatch(one.client_id)
    assert one.client_id != two.client_id
    assert one.secret != two.secret
    assert len(one.secret) == 43
    with psycopg.connect(settings.database_url) as conn:
        kept = conn.execute("SELECT secret_sha256, clients::text FROM auth.clients").fetchall()
    for shop, (digest, text) in zip((one, two), kept, strict=True):
        assert digest == clients.digest(shop.secret)
        assert shop.secret not in text


async def test_a_client_with_a_key_has_no_secret(register, worker):
    shop = await register(jwk=PUBLIC)
    assert shop.secret is None
    (listed,) = await clients.listed(worker)
    assert (listed.client_id, listed.method, listed.tenant) == (
        shop.client_id,
        "private_key_jwt",
        "bakery",
    )
    assert await clients.listed(worker, "bookshop") == []


WRONG = {
    "no such tenant": ({"tenant": "florist"}, NotFound),
    "a till of another's": ({"tenant": "bookshop", "tills": ["T02"]}, Validation),
    "a till that is not there": ({"tills": ["T01", "T99"]}, Validation),
    "no tills at all": ({"tills": []}, Validation),
    "no scopes": ({"scopes": []}, Validation),
    "a scope that does not exist": ({"scopes": ["points:steal"]}, Validation),
    "a till that closes cycles": ({"scopes": ["points:quote", "cycles:close"]}, Validation),
    "an operator that spends": (
        {"audience": "operator", "scopes": ["points:redeem"]},
        Validation,
    ),
    "no such audience": ({"audience": "members"}, Validation),
    "a private key": ({"jwk": ECKey.generate_key("P-256").as_dict(private=True)}, Validation),
    "another curve": ({"jwk": ECKey.generate_key("P-384").as_dict(private=False)}, Validation),
    "an RSA key": ({"jwk": RSAKey.generate_key(2048).as_dict(private=False)}, Validation),
    "a shared key": ({"jwk": OctKey.generate_key(256).as_dict()}, Validation),
    "a point off the curve": ({"jwk": {**PUBLIC, "x": PUBLIC["y"]}}, Validation),
    "half a key": ({"jwk": {"kty": "EC", "crv": "P-256"}}, Validation),
    "a kid that is no word": ({"jwk": {**PUBLIC, "kid": "a b"}}, Validation),
}


async def test_what_cannot_be_registered_is_refused(register, worker):
    for fault, (other, refusal) in WRONG.items():
        with pytest.raises(refusal):
            await register(**other)
        assert await clients.listed(worker) == [], fault


async def test_the_database_holds_the_same_law(register, settings):
    shop = await register()
    broken = (
        "method = 'private_key_jwt'",
        "secret_sha256 = NULL",
        'jwk = \'{"crv": "P-256"}\'',
        "state = 'revoked'",
        "revoked_at = created_at",
        "tills = '{}'",
        "scopes = '{}'",
        "audience = 'members'",
        "client_id = 'short'",
    )
    with psycopg.connect(settings.database_url, autocommit=True) as conn:
        for change in broken:
            with pytest.raises(psycopg.errors.CheckViolation):
                conn.execute(
                    f"UPDATE auth.clients SET {change} WHERE client_id = '{shop.client_id}'"
                )


async def test_shutting_a_client_out_raises_the_doors_once(register, worker, wall):
    shop = await register()
    before = await moved(worker)
    assert await clients.revoke(worker, shop.client_id, wall())
    assert await moved(worker) == before + 1
    (listed,) = await clients.listed(worker)
    assert not await clients.revoke(worker, shop.client_id, wall())
    assert await moved(worker) == before + 1
    assert await clients.listed(worker) == [listed], "when it was shut out is not rewritten"
    with pytest.raises(NotFound):
        await clients.revoke(worker, "c_aaaaaaaaaaaa", wall())
    assert listed.state == "revoked"
    assert listed.revoked_at is not None


async def test_a_door_is_shut_and_the_counter_raised_together_or_not_at_all(register, worker, wall):
    shop = await register()
    before = await moved(worker)
    async with worker.transaction():
        await clients.revoke(worker, shop.client_id, wall())
        assert await moved(worker) == before + 1
        raise psycopg.Rollback
    assert await moved(worker) == before
    assert (await clients.listed(worker))[0].state == "active"


async def test_stopping_a_till_raises_the_doors_and_stops_only_that_till(worker):
    before = await moved(worker)
    assert await clients.revoke_till(worker, "bakery", "T01")
    assert not await clients.revoke_till(worker, "bakery", "T01")
    assert await moved(worker) == before + 1
    with pytest.raises(NotFound):
        await clients.revoke_till(worker, "bookshop", "T02")
    tills = await worker.execute(
        "SELECT tenant_id, till, state FROM tenants.tills WHERE tenant_id >= 10 ORDER BY 1, 2"
    )
    assert await tills.fetchall() == [
        (10, "T01", "revoked"),
        (10, "T02", "active"),
        (11, "T01", "active"),
    ]


async def test_no_serving_role_can_make_a_client_or_read_a_hash_it_has_no_use_for(hub, register):
    await register()
    for role in ("app", "counter", "desk"):
        async with hub.pools[role].connection() as conn:
            for statement in (
                "UPDATE auth.clients SET state = 'active', revoked_at = NULL",
                "DELETE FROM auth.clients",
                "INSERT INTO auth.signing_keys (kid) VALUES ('x')",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    await conn.execute(statement)
    for role in ("counter", "desk", "worker"):
        async with hub.pools[role].connection() as conn:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await conn.execute("SELECT secret_sha256 FROM auth.clients")
    for role in ("counter", "desk"):
        async with hub.pools[role].connection() as conn:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await conn.execute("SELECT sealed FROM auth.signing_keys")


def test_every_scope_speaks_both_languages_and_belongs_somewhere():
    for name, scope in SCOPES.items():
        assert scope.ja
        assert scope.en.isascii(), name
        assert scope.audiences
        assert scope.audiences <= AUDIENCES | {CONSOLE}
    assert strangers(frozenset(SCOPES), "till")
    wide = {name: scope.audiences for name, scope in SCOPES.items() if scope.wide}
    assert "entries:read-all" in wide
    assert set(wide.values()) == {frozenset({"operator"})}


@pytest.fixture
def office(settings, wall) -> Any:
    return SimpleNamespace(
        worker_url=settings.url("worker"),
        redis_url=settings.redis_url,
        secret="the secret of a test",
        now=wall,
    )


def run(office: Any, group: Any, *words: str) -> Any:
    return CliRunner().invoke(group, words, obj=office)


def test_a_client_is_added_listed_and_revoked_at_the_command_line(office, tmp_path):
    asked = ("--tenant", "bakery", "--name", "tills", "--scope", "points:quote", "--till", "T02")
    added = run(office, commands.client, "add", *asked)
    client_id, secret = added.output.split()
    assert len(secret) == 43
    jwk = tmp_path / "key.json"
    jwk.write_bytes(msgspec.json.encode(PUBLIC))
    signed = run(office, commands.client, "add", *asked, "--jwk", str(jwk))
    assert signed.output.split() == [signed.output.strip()]
    assert run(office, commands.client, "revoke", client_id).exit_code == 0
    listed = run(office, commands.client, "list", "--tenant", "bakery").output.splitlines()
    assert listed[0] == f"{client_id} revoked bakery till T02 points:quote client_secret_basic"
    assert len(listed) == 2


def test_a_code_for_a_browser_till_is_printed_and_kept_only_as_its_digest(office, settings):
    told = run(office, commands.client, "browser", "--tenant", "bakery", "--till", "T02")
    code = told.output.strip()
    assert re.fullmatch(r"([A-Z2-7]{6}-){3}[A-Z2-7]{6}", code)
    with psycopg.connect(settings.url("auditor")) as conn:
        row = conn.execute(
            "SELECT till, dpop, used_at, scopes FROM auth.client_enrolments"
            " WHERE code_sha256 = decode(%s, 'hex')",
            (enrolments.digest(code),),
        ).fetchone()
    assert row == ("T02", True, None, sorted(enrolments.EVERYTHING))
    nobody = run(office, commands.client, "browser", "--tenant", "bakery", "--till", "T99")
    assert nobody.exit_code == 1


def test_an_app_and_a_till_with_dpop_are_added_and_turned_at_the_command_line(office, tmp_path):
    ours = ("--tenant", "bakery", "--name", "x")
    app = (*ours, "--audience", "member", "--scope", "member:balance")
    public = run(
        office,
        commands.client,
        "add",
        *app,
        "--public",
        "--par",
        "--redirect",
        "https://a.example/b",
    )
    client_id = public.output.strip()
    jwk = tmp_path / "key.json"
    jwk.write_bytes(msgspec.json.encode(PUBLIC))
    signed = (*ours, "--scope", "points:quote", "--jwk", str(jwk), "--dpop")
    till = run(office, commands.client, "add", *signed).output.strip()
    listed = run(office, commands.client, "list").output.splitlines()
    assert listed == [
        f"{client_id} active bakery member * member:balance none par https://a.example/b",
        f"{till} active bakery till * points:quote private_key_jwt dpop",
    ]
    assert run(office, commands.client, "rotate", till, "--jwk", str(jwk)).output.strip() == till
    for nothing_to_turn in ((client_id,), (till,)):
        assert run(office, commands.client, "rotate", *nothing_to_turn).exit_code == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"redirect_uris": []},
        {"redirect_uris": ["http://app.example/b"]},
        {"redirect_uris": ["https://app.example/b#x"]},
        {"redirect_uris": ["https://u@app.example/b"]},
        {"redirect_uris": ["https:///b"]},
        {"redirect_uris": ["javascript:alert(1)"]},
        {"redirect_uris": ["app:/b"]},
        {"redirect_uris": ["https://app.example/会員"]},
        {"redirect_uris": ["https://app.example/b; script-src *"]},
        {"redirect_uris": ["https://app.example:x/b"]},
        {"redirect_uris": ["https://app.example/" + "b" * 600]},
        {"tills": ["T01"]},
        {"scopes": ["points:quote"]},
        {"jwk": PUBLIC},
        {"audience": "till", "scopes": ["points:quote"]},
        {"audience": "till", "scopes": ["points:quote"], "redirect_uris": []},
        {"audience": "till", "scopes": ["points:quote"], "public": False, "pushed_only": True},
    ],
    ids=" ".join,
)
async def test_an_app_is_registered_in_order_or_not_at_all(register, fault):
    app = {
        "audience": "member",
        "scopes": ["member:balance"],
        "public": True,
        "redirect_uris": ["https://app.example/b", "http://127.0.0.1/b", "com.example.app:/b"],
    }
    assert (await register(**app)).secret is None
    with pytest.raises(Validation):
        await register(**(app | fault))


async def test_a_client_changes_its_secret_or_key_without_a_failed_request(
    hub, register, worker, wall, forge
):
    shop = await register()
    new = await clients.turn(worker, shop.client_id, None, wall(), timedelta(hours=1))
    first, second = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
    till = await register(jwk=first.as_dict(private=False))
    other = second.as_dict(private=False)
    await clients.turn(worker, till.client_id, other, wall(), timedelta(hours=1))

    async def taken() -> list[bool]:
        answers = [
            await hub.token({}, auth=(shop.client_id, secret))
            for secret in (shop.secret, new.secret)
        ]
        keys = [forge.Member(till.client_id, key) for key in (first, second)]
        answers += [await hub.token(one.proof(wall())) for one in keys]
        return [answer.status_code == 200 for answer in answers]

    assert await taken() == [True, True, True, True]
    wall.passes(minutes=61)
    assert await taken() == [False, True, False, True]
    again = await clients.turn(worker, shop.client_id, None, wall(), timedelta(0))
    new = again
    assert (await taken())[:2] == [False, True]


def test_the_command_line_says_what_is_wrong_in_one_sentence(office, tmp_path):
    unknown = run(office, commands.client, "revoke", "c_aaaaaaaaaaaa")
    assert unknown.exit_code == 1
    assert "Error: 該当するものがありません" in unknown.output
    jwk = tmp_path / "key.json"
    jwk.write_text("no key")
    asked = ("--tenant", "bakery", "--name", "x", "--scope", "points:quote", "--jwk", str(jwk))
    assert run(office, commands.client, "add", *asked).exit_code == 2
    assert run(office, commands.client, "add", *asked[:4], "--scope", "x").exit_code == 2
    assert run(office, commands.till, "revoke", "bakery", "T99").exit_code == 1


def test_a_till_is_stopped_and_a_key_rotated_at_the_command_line(office, hub):
    assert run(office, commands.till, "revoke", "bakery", "T01").exit_code == 0
    assert run(office, commands.keys, "rotate").exit_code == 0
    assert run(office, commands.keys, "rotate", "--stolen").exit_code == 0
