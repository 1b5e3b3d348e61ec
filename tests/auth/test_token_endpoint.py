"""Knocking: who is given a token, and who is told why not."""

import asyncio
import base64
import logging
import secrets
from typing import Any
from urllib.parse import quote_plus

import msgspec
import psycopg
import pytest
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from joserfc.jwk import ECKey, OctKey, RSAKey

from auth import clients
from auth.server import DoorServer

ISSUER = "http://localhost:8000"
JUNK = secrets.token_bytes(64)
FORM = "application/x-www-form-urlencoded"


def part_of(token: str, part: int) -> Any:
    text = token.split(".")[part]
    return msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def basic(client_id: str, secret: str) -> dict[str, str]:
    pair = f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


async def test_a_client_that_signs_gets_a_token_of_five_minutes(hub, bakery, wall):
    answer = await hub.token(bakery.proof(wall()))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"].startswith("application/json")
    body = answer.json()
    token = body.pop("access_token")
    assert body == {
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "points:accrue points:quote points:redeem",
    }
    head, claims = part_of(token, 0), part_of(token, 1)
    assert (head["typ"], head["alg"]) == ("at+jwt", "ES256")
    assert head["kid"] in {key["kid"] for key in (await hub.http.get("/oauth/jwks")).json()["keys"]}
    assert claims["iss"] == ISSUER
    assert claims["sub"] == claims["client_id"] == bakery.client_id
    assert claims["aud"] == "till"
    assert claims["tenant"] == "10"
    assert claims["exp"] - claims["iat"] == 300
    assert claims["nbf"] == claims["iat"]
    assert "tills" not in claims


async def test_a_client_with_a_secret_proves_itself_by_it(hub, register):
    shop = await register(tills=["T02"])
    answer = await hub.token({}, headers=basic(shop.client_id, shop.secret))
    assert answer.status_code == 200
    assert part_of(answer.json()["access_token"], 1)["tills"] == ["T02"]


async def test_what_a_client_asks_for_is_given_exactly_or_not_at_all(hub, bakery, wall):
    async def asks(scope: str) -> tuple[int, str]:
        answer = await hub.token({**bakery.proof(wall()), "scope": scope})
        return answer.status_code, answer.json().get("scope") or answer.json()["error"]

    assert await asks("points:quote") == (200, "points:quote")
    assert await asks("points:redeem points:quote points:quote") == (
        200,
        "points:quote points:redeem",
    )
    assert await asks("") == (200, "points:accrue points:quote points:redeem")
    for lacking in (
        "points:reverse",
        "points:quote cycles:close",
        "points:",
        " ",
        "a  b",
        '"\\',
        "é",
    ):
        assert await asks(lacking) == (400, "invalid_scope"), lacking


GOOD = {
    "no kid": {},
    "its own kid": {"head": {"kid": "own"}},
    "a clock 8 s ahead": {"iat": +8, "nbf": +8, "exp": +68},
    "no iat": {"iat": ...},
    "a typ of its own": {"head": {"typ": "client-authentication+jwt"}},
    "fractions of a second": {"exp": 59.5},
    "claims we do not read": {"htu": {"a": [1, 2]}},
}
BAD = {
    "the token endpoint as audience": {"aud": f"{ISSUER}/oauth/token"},
    "another audience": {"aud": "https://hub.example"},
    "the audience in an array": {"aud": [ISSUER]},
    "two audiences": {"aud": [ISSUER, "https://hub.example"]},
    "no audience": {"aud": ...},
    "the audience with a slash": {"aud": f"{ISSUER}/"},
    "another issuer": {"iss": "c_aaaaaaaaaaaa"},
    "no issuer": {"iss": ...},
    "no expiry": {"exp": ...},
    "an expiry of null": {"exp": None},
    "an expiry in words": {"exp": "soon"},
    "an expiry past all bounds": {"exp": 10**30},
    "expired": {"iat": -60, "exp": -1},
    "expired just now": {"iat": -60, "exp": 0},
    "too long-lived": {"exp": +61},
    "far too long-lived, undated": {"iat": ..., "exp": +3600},
    "made long ago for long": {"iat": -3600, "exp": +30},
    "made 61 s ahead": {"iat": +61, "exp": +90},
    "made 11 s ahead": {"iat": +11, "exp": +60},
    "not yet valid": {"nbf": +61},
    "no jti": {"jti": ...},
    "an empty jti": {"jti": ""},
    "a jti with a NUL": {"jti": "a\x00b"},
    "a jti with half a character": {"jti": "HALF"},
    "a jti of 300": {"jti": "a" * 300},
    "a jti that is a number": {"jti": 7},
    "another kid": {"head": {"kid": "another"}},
    "a kid that is no word": {"head": {"kid": "x" * 300}},
    "a key of its own": {"head": {"jwk": {"kty": "EC"}}},
    "a critical header": {"head": {"crit": ["exp"]}},
    "an unencoded body": {"head": {"b64": False, "crit": ["b64"]}},
    "an access token's typ": {"head": {"typ": "at+jwt"}},
}


def around(now: Any, claims: dict[str, Any]) -> dict[str, Any]:
    """Instants are given as seconds from now."""
    at = int(now.timestamp())
    return {
        name: at + said if name in ("iat", "exp", "nbf") and type(said) in (int, float) else said
        for name, said in claims.items()
        if name != "head"
    }


async def test_an_odd_but_honest_assertion_is_believed(hub, register, wall, forge):
    key = ECKey.generate_key("P-256")
    shop = await register(jwk={**key.as_dict(private=False), "kid": "own"})
    member = forge.Member(shop.client_id, key)
    for oddity, claims in GOOD.items():
        head, other = claims.get("head"), around(wall(), claims)
        answer = await hub.token(member.proof(wall(), head, **other))
        assert answer.status_code == 200, oddity


async def test_a_bad_assertion_proves_nothing(hub, bakery, wall, forge):
    for fault, claims in BAD.items():
        head = {"alg": "ES256", **claims.get("head", {})}
        body = msgspec.json.encode(bakery.claims(wall(), **around(wall(), claims)))
        text = forge.signed(head, body.replace(b"HALF", b"\\ud800"), bakery.key)
        answer = await hub.token(forge.proof(text))
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), fault
        assert answer.headers["www-authenticate"] == 'Basic realm="meguri"'
        assert answer.headers["cache-control"] == "no-store"


async def test_no_other_algorithm_and_no_other_key_is_believed(hub, bakery, wall, forge):
    public = bakery.key.as_dict(private=False)
    rsa, p384 = RSAKey.generate_key(2048), ECKey.generate_key("P-384")
    hmac = OctKey.import_key(msgspec.json.encode(public))
    claims = bakery.claims(wall())
    good = forge.signed({"alg": "ES256"}, claims, bakery.key)
    head, body, signature = good.split(".")
    changed = forge.unsigned(0, {**claims, "x": 1}).split(".")[1]
    thief = ECKey.generate_key("P-256")

    def signed(**other: Any) -> str:
        return forge.signed({"alg": "ES256"}, {**claims, **other}, bakery.key)

    forged = {
        "a key brought along": forge.signed(
            {"alg": "ES256", "jwk": thief.as_dict(private=False)}, claims, thief
        ),
        "alg none": forge.unsigned({"alg": "none"}, claims),
        "alg none with a signature": forge.unsigned({"alg": "none"}, claims, JUNK),
        "no alg": forge.unsigned({}, claims, JUNK),
        "alg in a list": forge.unsigned({"alg": ["ES256"]}, claims, JUNK),
        "a header that is a list": forge.unsigned(["alg"], claims, JUNK),
        "HS256 with the public key": forge.signed({"alg": "HS256"}, claims, hmac),
        "RS256": forge.signed({"alg": "RS256"}, claims, rsa),
        "ES384": forge.signed({"alg": "ES384"}, claims, p384),
        "another's key": forge.signed({"alg": "ES256"}, claims, ECKey.generate_key("P-256")),
        "a changed claim": f"{head}.{changed}.{signature}",
        "a signature of zeros": forge.unsigned({"alg": "ES256"}, claims, bytes(64)),
        "a signature spelled otherwise": good[:-1] + chr(ord(good[-1]) + 1),
        "padding": good + "==",
        "two parts": f"{head}.{body}",
        "four parts": f"{good}.{head}",
        "claims that are a list": forge.signed({"alg": "ES256"}, b"[1]", bakery.key),
        "claims 5,000 deep": forge.unsigned({"alg": "ES256"}, 0, JUNK).replace(
            ".MA.",
            "." + base64.urlsafe_b64encode(b'{"x":' + b"[" * 2_500).decode().rstrip("=") + ".",
        ),
        "another client's id": signed(sub="c_aaaaaaaaaaaa", iss="c_aaaaaaaaaaaa"),
        "an id with a NUL": signed(sub="a\x00"),
        "nothing": "..",
        "junk": "%00%ff",
        "Japanese": "会員",
    }
    for fault, text in forged.items():
        answer = await hub.token(forge.proof(text))
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), fault
    assert (await hub.token(forge.proof(good))).status_code == 200


async def test_an_assertion_counts_once_in_every_process_and_after_a_restart(
    start, hub, bakery, wall
):
    proof = bakery.proof(wall())
    assert (await hub.token(proof)).status_code == 200
    assert (await hub.token(proof)).status_code == 401
    other = await start()
    assert (await other.token(proof)).status_code == 401


async def test_of_many_copies_at_two_processes_at_once_one_is_believed(start, hub, bakery, wall):
    other = await start()
    for _ in range(10):
        proof = bakery.proof(wall())
        answers = await asyncio.gather(*((hub, other)[n % 2].token(proof) for n in range(16)))
        assert sorted(answer.status_code for answer in answers) == [200] + 15 * [401]


async def test_spent_assertions_are_let_go(hub, bakery, wall, settings):
    await hub.bearer(bakery)
    wall.passes(minutes=5)
    await hub.bearer(bakery)
    with psycopg.connect(settings.database_url) as conn:
        assert conn.execute("SELECT count(*) FROM auth.assertions").fetchone() == (1,)


async def test_a_wrong_secret_opens_nothing(hub, register, bakery):
    shop, other = await register(), await register()
    wrong = {
        "another's": basic(shop.client_id, other.secret),
        "cut short": basic(shop.client_id, shop.secret[:-1]),
        "none": basic(shop.client_id, ""),
        "no client": basic("c_aaaaaaaaaaaa", shop.secret),
        "no id": basic("", shop.secret),
        "an id with a NUL": basic("c_\x00", shop.secret),
        "a client that signs": basic(bakery.client_id, shop.secret),
        "no colon": {"Authorization": "Basic " + base64.b64encode(b"abc").decode()},
        "not base64": {"Authorization": "Basic ###"},
        "not UTF-8": {"Authorization": "Basic " + base64.b64encode(b"\xff:\xff").decode()},
        "half a percent": {"Authorization": "Basic " + base64.b64encode(b"%ff:%").decode()},
        "another scheme": {"Authorization": "Digest abc"},
        "no scheme": {"Authorization": "Basic"},
        "nothing": {},
    }
    for fault, headers in wrong.items():
        answer = await hub.token({}, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), fault
    assert (await hub.token({}, headers=basic(shop.client_id, shop.secret))).status_code == 200


async def test_a_client_proves_itself_in_the_one_way_it_was_registered_with(
    hub, register, bakery, wall, forge
):
    shop = await register()
    in_the_form = {"client_id": shop.client_id, "client_secret": shop.secret}
    assert (await hub.token(in_the_form)).status_code == 401
    both = await hub.token(bakery.proof(wall()), headers=basic(shop.client_id, shop.secret))
    assert (both.status_code, both.json()["error"]) == (400, "invalid_request")
    shops = forge.Member(shop.client_id, bakery.key)
    assert (await hub.token(shops.proof(wall()))).status_code == 401
    mixed = {**bakery.proof(wall()), "client_id": shop.client_id}
    assert (await hub.token(mixed)).status_code == 401
    named = {**bakery.proof(wall()), "client_id": bakery.client_id}
    assert (await hub.token(named)).status_code == 200
    untyped = bakery.proof(wall()) | {"client_assertion_type": "urn:example"}
    assert (await hub.token(untyped)).status_code == 401


async def test_whatever_is_sent_instead_of_a_form_is_refused_in_oauths_words(hub):
    many = "&".join(f"f{n}=1" for n in range(65))
    grant = "grant_type=client_credentials"
    faults = [
        (b"", FORM, 400, "invalid_request"),
        (b"grant_type=", FORM, 400, "invalid_request"),
        (b"scope=points:quote", FORM, 400, "invalid_request"),
        (f"{grant}&{grant}".encode(), FORM, 400, "invalid_request"),
        (f"{grant}&{many}".encode(), FORM, 400, "invalid_request"),
        (grant.encode() + b"&x=%ff%fe", FORM, 400, "invalid_request"),
        (grant.encode() + b"&\xff\xfe=1", FORM, 400, "invalid_request"),
        (grant.encode() + b"&x", FORM, 400, "invalid_request"),
        (JUNK, FORM, 400, "invalid_request"),
        (b"[" * 10_000, FORM, 400, "invalid_request"),
        (grant.encode() + b"&x=" + b"a" * 16_384, FORM, 413, "invalid_request"),
        (b'{"grant_type": "client_credentials"}', "application/json", 415, "invalid_request"),
        (grant.encode(), "text/plain", 415, "invalid_request"),
        (grant.encode(), "", 415, "invalid_request"),
        (b"grant_type=password", FORM, 400, "unsupported_grant_type"),
        (b"grant_type=%00%22%0d%0a", FORM, 400, "unsupported_grant_type"),
        ("grant_type=会員".encode(), FORM, 400, "invalid_request"),
        (f"{grant}&client_id=%00".encode(), FORM, 401, "invalid_client"),
    ]
    for body, media_type, status, error in faults:
        headers = {"Content-Type": media_type} if media_type else {}
        answer = await hub.http.post("/oauth/token", content=body, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (status, error), body[:40]
        assert answer.headers["cache-control"] == "no-store"
        assert set(answer.json()) == {"error", "error_description"}


async def test_a_charset_beside_the_media_type_is_no_fault(hub, bakery, wall):
    headers = {"Content-Type": f"{FORM}; charset=UTF-8"}
    assert (await hub.token(bakery.proof(wall()), headers=headers)).status_code == 200


async def test_a_client_that_was_shut_out_gets_no_token(hub, bakery, wall, worker):
    assert await clients.revoke(worker, bakery.client_id, wall())
    assert (await hub.token(bakery.proof(wall()))).status_code == 401


async def test_no_token_and_no_secret_meets_a_log(hub, register, bakery, wall, caplog):
    caplog.set_level(logging.DEBUG)
    shop = await register()
    answer = await hub.token({}, headers=basic(shop.client_id, shop.secret))
    signed = bakery.proof(wall())
    other = await hub.token(signed)
    await hub.http.get(
        "/quotes", headers={"Authorization": f"Bearer {other.json()['access_token']}"}
    )
    words = [shop.secret, signed["client_assertion"]]
    words += [one.json()["access_token"].rpartition(".")[2] for one in (answer, other)]
    assert [word for word in words if word in caplog.text] == []


async def test_the_app_role_sees_only_the_client_that_knocks(hub, bakery, register):
    await register()
    async with hub.pools["app"].connection() as conn:
        seen = await conn.execute("SELECT client_id FROM auth.clients")
        assert await seen.fetchall() == []
        async with conn.transaction():
            await conn.execute("SELECT set_config('meguri.client', %s, true)", (bakery.client_id,))
            seen = await conn.execute("SELECT client_id FROM auth.clients")
            assert await seen.fetchall() == [(bakery.client_id,)]
        seen = await conn.execute("SELECT client_id FROM auth.clients")
        assert await seen.fetchall() == []


async def test_the_metadata_is_what_the_standard_asks_for(hub):
    answer = await hub.http.get("/.well-known/oauth-authorization-server")
    assert answer.status_code == 200
    told = AuthorizationServerMetadata(answer.json())
    told.validate()
    assert told["issuer"] == ISSUER
    assert told["token_endpoint_auth_signing_alg_values_supported"] == ["ES256"]


async def test_two_keys_are_published_and_neither_private_half(hub):
    published = (await hub.http.get("/oauth/jwks")).json()["keys"]
    assert len(published) == 2
    for key in published:
        assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}


async def test_a_database_that_is_away_is_said_so(hub, bakery, wall):
    await hub.bearer(bakery)
    hub.threads.close()
    answer = await hub.token(bakery.proof(wall()))
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    assert answer.headers["retry-after"] == "1"


def test_an_issuer_that_is_not_https_starts_nothing(wall):
    for issuer in ("http://hub.example", "https://hub.example/", "hub.example"):
        with pytest.raises(ValueError, match="https"):
            DoorServer(issuer, lambda: None, wall, str)
