"""Requests that a client brings itself (RFC 9126), and what the metadata says of all the doors."""

from typing import Any

import pytest
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata

from deploy.app import create_app
from deploy.limits.pushes import EACH, Pushes
from tests.auth.doors import BACK, Doors, Knocker, new_key, said_by
from tests.mall import Answered, listening, settings_for

REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("no redirect_uri", {"redirect_uri": ...}, "invalid_request"),
    ("another redirect_uri", {"redirect_uri": "https://thief.example/back"}, "invalid_request"),
    ("no response_type", {"response_type": ...}, "invalid_request"),
    ("implicit", {"response_type": "token"}, "unsupported_response_type"),
    ("no challenge", {"code_challenge": ...}, "invalid_request"),
    ("plain", {"code_challenge_method": "plain"}, "invalid_request"),
    ("plain by silence", {"code_challenge_method": ...}, "invalid_request"),
    ("a scope it lacks", {"scope": "points:redeem"}, "invalid_scope"),
    ("a request_uri", {"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
    ("a request object", {"request": "e30.e30."}, "request_not_supported"),
    ("a state of two pages", {"state": "s" * 1_025}, "invalid_request"),
]


async def pushed(app: Knocker, *, dpop: Any = None, **other: Any) -> Answered:
    """Push a request."""
    headers = {}
    if dpop is not None:
        nonce = await app.doors.nonce()
        headers["dpop"] = app.doors.proof(dpop, path="/oauth/par", nonce=nonce)
    form = {**app.asks(**other), **app.proves()}
    return await app.doors.form("/oauth/par", form, **headers)


def by_name(app: Knocker, answer: Answered) -> dict[str, Any]:
    """What a browser brings of a pushed request: its name, and nothing else."""
    assert answer.status == 201, answer
    nothing = dict.fromkeys(app.asks(), ...)
    return {
        **nothing, "client_id": app.client_id, "request_uri": answer.json["request_uri"]
    }  # fmt: skip


@pytest.mark.parametrize("signs", [True, False], ids=["signs", "public"])
async def test_a_pushed_request_leads_to_a_code_once(doors: Doors, signs: bool) -> None:
    app = await doors.app(signs=signs, pushed_only=True)
    answer = await pushed(app)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json["expires_in"] == 300
    named = by_name(app, answer)
    first, second = await app.page(**named), await app.page(**named)  # the member reloads it
    sent = await app.pressed(second)
    assert said_by(sent).keys() == {"code", "state", "iss"}
    assert (await app.fetches(said_by(sent)["code"])).status == 200
    assert (await app.pressed(first)).status == 400
    assert (await app.page(**named)).status == 400


@pytest.mark.parametrize(("fault", "other", "error"), REFUSED, ids=lambda one: str(one)[:40])
async def test_what_is_not_in_order_is_not_kept(
    doors: Doors, fault: str, other: dict[str, Any], error: str
) -> None:
    answer = await pushed(await doors.app(signs=True), **other)
    assert (answer.status, answer.json["error"]) == (400, error), fault
    assert "thief" not in answer.content.decode()


async def test_a_client_that_pushes_is_heard_in_no_other_way(doors: Doors) -> None:
    app = await doors.app(pushed_only=True)
    assert said_by(await app.page())["error"] == "invalid_request"


async def test_nobody_pushes_or_asks_in_anothers_name(doors: Doors) -> None:
    app, other = await doors.app(signs=True), await doors.app()
    named = by_name(app, await pushed(app))
    assert (await other.page(**{**named, "client_id": other.client_id})).status == 400
    form = {**app.asks(), "client_id": app.client_id}
    for shown in ({}, {"client_assertion": "x"}, {"client_secret": "x"}):
        answer = await doors.form("/oauth/par", {**form, **shown})
        assert (answer.status, answer.json["error"]) == (401, "invalid_client")
    mixed = {**other.asks(), **app.proves(), "client_id": other.client_id}
    assert (await doors.form("/oauth/par", mixed)).json["error"] == "invalid_client"
    till = await doors.till()
    answer = await doors.form("/oauth/par", {**till.proves(), **till.asks()})
    assert answer.json["error"] == "invalid_request", "it has no address of its own"


async def test_what_was_pushed_counts_and_not_what_the_browser_adds(doors: Doors) -> None:
    app = await doors.app(signs=True)
    named = by_name(app, await pushed(app, scope="member:balance"))
    added = {**named, "scope": "member:balance member:code", "state": "other"}
    sent = await app.pressed(await app.page(**{**added, "redirect_uri": "https://thief.example"}))
    assert sent.headers["location"].startswith(BACK)
    assert said_by(sent)["state"] == "s-1"
    given = await app.fetches(said_by(sent)["code"])
    assert given.json["scope"] == "member:balance"


async def test_a_pushed_request_is_over_after_five_minutes(doors: Doors) -> None:
    app = await doors.app(signs=True)
    named = by_name(app, await pushed(app))
    await doors.value(
        "UPDATE auth.requests SET expires_at = now() WHERE client_id = %s", app.client_id
    )
    assert (await app.page(**named)).status == 400


async def test_a_request_pushed_with_a_key_is_fetched_with_that_key_alone(doors: Doors) -> None:
    app, key = await doors.app(signs=True, dpop=True), new_key()
    for shown, status in ((new_key(), 400), (key, 200)):
        named = by_name(app, await pushed(app, dpop=key))
        code = said_by(await app.pressed(await app.page(**named)))["code"]
        assert (await app.fetches(code, dpop=shown)).status == status
    both = await pushed(app, dpop=key, dpop_jkt=new_key().thumbprint())
    assert (both.status, both.json["error"]) == (400, "invalid_dpop_proof")


async def test_the_metadata_says_what_is_true(doors: Doors) -> None:
    answer = await doors.ask("GET", "/.well-known/oauth-authorization-server")
    told = AuthorizationServerMetadata(answer.json)
    told.validate()
    assert told["issuer"] == doors.issuer
    assert told["response_types_supported"] == ["code"]
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["authorization_response_iss_parameter_supported"] is True
    assert "none" in told["token_endpoint_auth_methods_supported"]
    assert "none" not in told["introspection_endpoint_auth_methods_supported"]
    for name, where in answer.json.items():
        if name.endswith("_endpoint") or name == "jwks_uri":
            method = "GET" if name in ("authorization_endpoint", "jwks_uri") else "POST"
            there = await doors.ask(method, where.removeprefix(doors.issuer))
            assert there.status in (200, 400, 415), name


async def test_without_a_sign_in_the_doors_for_members_are_shut_and_said_so(
    doors: Doors, tmp_path: Any
) -> None:
    app = await doors.app(signs=True)
    settings = settings_for(doors.mall.hub.settings.database_url, None, tmp_path)
    async with listening(create_app(settings)) as url:
        there = Doors(doors.mall, doors.sign_in)
        there.issuer = url
        told = (await there.ask("GET", "/.well-known/oauth-authorization-server")).json
        AuthorizationServerMetadata(told).validate()
        assert told["grant_types_supported"] == ["client_credentials"]
        for of_members in ("authorization_endpoint", "pushed_authorization_request_endpoint"):
            assert of_members not in told
        assert not [scope for scope in told["scopes_supported"] if scope.startswith("member:")]
        assert (await there.ask("GET", "/oauth/authorize")).status == 503
        assert (await there.form("/oauth/par", app.asks())).status == 503


async def test_an_app_that_proves_nothing_pushes_only_so_much_from_one_address(
    doors: Doors,
) -> None:
    """Each push is kept for five minutes, and anybody can push in its name (RFC 9126, 2.3)."""
    app, other, signing = await doors.app(), await doors.app(), await doors.app(signs=True)
    answers = [await pushed(app) for _ in range(EACH.burst + 30)]
    let_in = [one for one in answers if one.status == 201]
    assert EACH.burst <= len(let_in) < len(answers), "one a second comes on top"
    late = answers[-1]
    assert (late.status, late.json["error"]) == (429, "temporarily_unavailable")
    assert int(late.headers["retry-after"]) >= 1
    assert late.headers["cache-control"] == "no-store"
    assert {(await pushed(one)).status for one in (other, signing)} == {201}


def test_one_address_does_not_use_up_what_an_apps_members_elsewhere_need() -> None:
    pushes = Pushes()
    assert [pushes.take("c_a", "192.0.2.1", 0.0) for _ in range(61)] == [0] * 60 + [1]
    assert pushes.take("c_a", "192.0.2.2", 0.0) == 0
    assert pushes.take("c_b", "192.0.2.1", 0.0) == 0
    assert pushes.take("c_a", "192.0.2.1", 1.0) == 0, "one a second"
    many = [pushes.take("c_a", f"2001:db8::{n:x}", 1.0) for n in range(2_000)]
    assert many.count(0) == 988, "a thousand at once in all, of which some came before"
