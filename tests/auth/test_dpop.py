"""Proof of possession: a stolen token is worth nothing, and a proof is worth one request."""

import base64
import secrets
from typing import Any

import msgspec
import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from auth.dpop import MEMORY, Nonces, normal
from deploy.clock import wall
from tests.auth.conftest import signed, unsigned
from tests.auth.doors import Doors, Knocker, new_key, now, part, public, s256

THIEF = new_key()
RSA = RSAKey.generate_key(2048)
P384 = ECKey.generate_key("P-384")
HOST = "127.0.0.1"

# What differs in a proof; `head` stands above it, `by` signs it.
NOT_PROVED: list[tuple[str, dict[str, Any]]] = [
    ("another method", {"htm": "GET"}),
    ("a method in small letters", {"htm": "post"}),
    ("no method", {"htm": ...}),
    ("another path", {"htu": "/oauth/par"}),
    ("another host", {"htu": "http://hub.example/oauth/token"}),
    ("another port", {"htu": f"http://{HOST}:1/oauth/token"}),
    ("another scheme", {"htu": "https"}),
    ("a slash behind", {"htu": "/oauth/token/"}),
    ("a path in capitals", {"htu": "/OAUTH/TOKEN"}),
    ("a user before the host", {"htu": "user"}),
    ("no address", {"htu": ...}),
    ("no address at all", {"htu": "%"}),
    ("made 61 s ago", {"iat": -61}),
    ("made 62 s ahead", {"iat": +62}),
    ("no instant", {"iat": ...}),
    ("an instant in words", {"iat": "now"}),
    ("no jti", {"jti": ...}),
    ("an empty jti", {"jti": ""}),
    ("a jti of a page", {"jti": "j" * 201}),
    ("an ordinary JWT", {"head": {"typ": "JWT"}}),
    ("no typ", {"head": {"typ": ...}}),
    ("no key", {"head": {"jwk": ...}}),
    ("another's key", {"by": THIEF}),
    ("the private half", {"head": {"jwk": "private"}}),
    ("a key of P-384", {"head": {"jwk": public(P384), "alg": "ES384"}, "by": P384}),
    ("RS256", {"head": {"jwk": dict(RSA.as_dict(private=False)), "alg": "RS256"}, "by": RSA}),
    ("HS256", {"head": {"alg": "HS256"}, "by": OctKey.import_key(b"k" * 32)}),
    ("a key to be fetched", {"head": {"jku": "https://thief.example/jwks"}}),
    ("a certificate to be fetched", {"head": {"x5u": "https://thief.example/cert"}}),
    ("a critical header", {"head": {"crit": ["exp"], "exp": 1}}),
    ("a key that is a list", {"head": {"jwk": []}}),
    ("a point not on the curve", {"head": {"jwk": {**public(THIEF), "x": "A" * 43}}}),
]


def differs(doors: Doors, key: ECKey, other: dict[str, Any], path: str) -> dict[str, Any]:
    """A case of the table, where these doors are."""
    told = {**other, "head": dict(other.get("head", {}))}
    if isinstance(told.get("iat"), int):
        told["iat"] += now()
    if told["head"].get("jwk") == "private":
        told["head"]["jwk"] = dict(key.as_dict(private=True))
    host = doors.issuer.removeprefix("http://")
    match told.get("htu"):
        case "https":
            told["htu"] = f"https://{host}{path}"
        case "user":
            told["htu"] = f"http://u@{host}{path}"
        case str() as address if address.startswith("/"):
            told["htu"] = doors.issuer + address.replace("/oauth/token", path)
    return told


@pytest.mark.parametrize(("fault", "other"), NOT_PROVED, ids=[name for name, _ in NOT_PROVED])
async def test_what_is_no_proof_gets_no_token_and_opens_no_route(
    doors: Doors, bound: tuple[Knocker, ECKey, str], fault: str, other: dict[str, Any]
) -> None:
    till, key, token = bound
    nonce = await doors.nonce()
    proof = doors.proof(key, **{"nonce": nonce, **differs(doors, key, other, "/oauth/token")})
    form = {"grant_type": "client_credentials", **till.proves()}
    answer = await doors.form("/oauth/token", form, dpop=proof)
    assert (answer.status, answer.json["error"]) == (400, "invalid_dpop_proof"), fault
    assert answer.headers["cache-control"] == "no-store"
    path = "/v1/accruals" if other.get("htm") == "GET" else "/v1/quotes"
    there = {"nonce": nonce, **differs(doors, key, other, path)}
    shown = doors.proof(key, path=path, token=token, **there)
    headers = {"authorization": f"DPoP {token}", "dpop": shown}
    answer = await doors.ask("POST", path, json={}, headers=headers)
    assert (answer.status, answer.slug) == (401, "invalid-dpop-proof"), fault
    assert 'DPoP error="invalid_dpop_proof"' in answer.headers["www-authenticate"]


@pytest.fixture(scope="module")
async def bound(doors: Doors) -> tuple[Knocker, ECKey, str]:
    """A till whose tokens are bound to a key, the key, and a token."""
    till, key = await doors.till(dpop=True), new_key()
    answer = await till.token(dpop=key)
    assert answer.status == 200, answer
    assert answer.json["token_type"] == "DPoP"
    return till, key, answer.json["access_token"]


async def shown(
    doors: Doors,
    key: ECKey,
    token: str,
    method: str = "GET",
    path: str = "/v1/tills/T01",
    **other: Any,
) -> Any:
    """A route, asked for with a token and a proof."""
    proof = doors.proof(key, method, path, token, **{"nonce": await doors.nonce(), **other})
    headers = {"authorization": f"DPoP {token}", "dpop": proof}
    return await doors.ask(method, path, headers=headers)


async def test_a_bound_token_opens_routes_for_the_holder_of_its_key(
    doors: Doors, bound: tuple[Knocker, ECKey, str]
) -> None:
    _, key, token = bound
    assert part(token, 1)["cnf"] == {"jkt": key.thumbprint()}
    for _ in range(2):
        assert (await shown(doors, key, token)).status == 200
    host = doors.issuer.removeprefix("http://")
    spelled = ("/v1/tills/T01?x=1#y", "/v1/tills/%541", "/v1/tills/T0%31")
    for htu in (f"HTTP://{host}{path}" for path in ("/v1/tills/T01", spelled[0], spelled[2])):
        assert (await shown(doors, key, token, htu=htu)).status == 200, htu


async def test_a_till_sells_with_a_bound_token(
    doors: Doors, bound: tuple[Knocker, ECKey, str]
) -> None:
    _, key, token = bound
    shop, hanako = doors.bakery, doors.hanako
    body = msgspec.json.encode(shop.sale(hanako, 550))
    for expected in (201, 201):  # the same slip again, with another proof
        proof = doors.proof(key, "POST", "/v1/accruals", token, nonce=await doors.nonce())
        headers = {
            "authorization": f"DPoP {token}", "dpop": proof, "content-type": "application/json"
        }  # fmt: skip
        answer = await doors.ask("POST", "/v1/accruals", data=body, headers=headers)
        assert answer.status == expected, answer
        again = await doors.ask("POST", "/v1/accruals", data=body, headers=headers)
        assert again.slug == "invalid-dpop-proof", "the same proof again"


async def test_a_bound_token_is_worth_nothing_to_a_thief(
    doors: Doors, bound: tuple[Knocker, ECKey, str]
) -> None:
    till, key, token = bound
    path = "/v1/tills/T01"
    proof = doors.proof(key, "GET", path, token, nonce=await doors.nonce())
    answer = await doors.ask(
        "GET", path, headers={"authorization": f"Bearer {token}", "dpop": proof}
    )
    assert answer.slug == "invalid-token", "shown as a bearer's"
    answer = await doors.ask("GET", path, headers={"authorization": f"Bearer {token}"})
    assert answer.slug == "invalid-token", "likewise, without a proof"
    body = doors.bakery.sale(doors.hanako, 550)
    for _ in range(3):  # whenever the doors have moved, the gate remembers nobody
        headers = {"authorization": f"DPoP {token}"}
        answer = await doors.ask("GET", path, headers=headers)
        assert answer.slug == "invalid-dpop-proof", "no proof"
        money = await doors.ask("POST", "/v1/accruals", json=body, headers=headers)
        assert money.slug == "invalid-dpop-proof", "the lean way in lets it by"
    headers = {"authorization": f"Bearer {token}"}
    money = await doors.ask("POST", "/v1/accruals", json=body, headers=headers)
    assert money.slug == "invalid-token"
    assert (await shown(doors, THIEF, token)).slug == "invalid-dpop-proof", "another's key"
    assert (await shown(doors, key, token, ath=...)).slug == "invalid-dpop-proof"
    assert (await shown(doors, key, token, ath=s256("x"))).slug == "invalid-dpop-proof"
    other = (await till.token(dpop=key)).json["access_token"]
    assert (await shown(doors, key, token, ath=s256(other))).slug == "invalid-dpop-proof"


async def test_whoever_lacks_a_scope_is_told_the_nonce_of_the_next_proof(
    doors: Doors, bound: tuple[Knocker, ECKey, str]
) -> None:
    """A refusal is an answer like any other: the nonce grew old, the next proof bears a new one."""
    _, key, token = bound
    path, nonce, offered = "/v1/admin/liability", old_nonce(doors.mall.hub.settings.secret, 1), []
    for _ in range(2):
        proof = doors.proof(key, "GET", path, token, nonce=nonce)
        headers = {"authorization": f"DPoP {token}", "dpop": proof}
        answer = await doors.ask("GET", path, headers=headers)
        assert (answer.status, answer.slug) == (403, "insufficient-scope")
        assert 'scope="' in answer.headers["www-authenticate"]
        offered += answer.headers.getall("dpop-nonce", [])
        [nonce] = offered


async def test_a_token_that_is_not_bound_is_not_shown_as_one(doors: Doors) -> None:
    till, key = await doors.till(), new_key()
    token = await till.access()
    answer = await shown(doors, key, token)
    assert answer.slug == "invalid-token"
    assert answer.headers["www-authenticate"] == 'DPoP error="invalid_token", algs="ES256"'
    bearer = {"authorization": f"Bearer {token}"}
    assert (await doors.ask("GET", "/v1/tills/T01", headers=bearer)).status == 200


async def test_two_proofs_or_two_tokens_are_one_too_many(
    doors: Doors, bound: tuple[Knocker, ECKey, str]
) -> None:
    till, key, token = bound
    nonce, path = await doors.nonce(), "/v1/tills/T01"
    one, two = (doors.proof(key, "GET", path, token, nonce=nonce) for _ in range(2))
    said = [("authorization", f"DPoP {token}"), ("dpop", one), ("dpop", two)]
    assert (await doors.ask("GET", path, headers=said)).slug == "invalid-dpop-proof"
    joined = {"authorization": f"DPoP {token}", "dpop": f"{one}, {two}"}
    assert (await doors.ask("GET", path, headers=joined)).slug == "invalid-dpop-proof"
    bearer = f"Bearer {await (await doors.till()).access()}"
    await doors.ask("GET", path, headers={"authorization": bearer})  # remembered
    twice = [("authorization", bearer), ("authorization", bearer)]
    assert (await doors.ask("GET", path, headers=twice)).slug == "invalid-token"
    body = doors.bakery.sale(doors.hanako, 550)
    money = await doors.ask("POST", "/v1/accruals", json=body, headers=twice)
    assert money.slug == "invalid-token"
    form = {"grant_type": "client_credentials", **till.proves()}
    both = [
        ("dpop", doors.proof(key, nonce=nonce)),
        ("dpop", doors.proof(key, nonce=nonce)),
        ("content-type", "application/x-www-form-urlencoded"),
    ]
    answer = await doors.ask("POST", "/oauth/token", data=form, headers=both)
    assert (answer.status, answer.json["error"]) == (400, "invalid_dpop_proof")


async def test_a_proof_counts_once_at_the_token_endpoint_and_at_a_route(
    doors: Doors, bound: tuple[Knocker, ECKey, str]
) -> None:
    till, key, token = bound
    proof = doors.proof(key, nonce=await doors.nonce())
    for status in (200, 400):
        form = {"grant_type": "client_credentials", **till.proves()}
        answer = await doors.form("/oauth/token", form, dpop=proof)
        assert answer.status == status
    proof = doors.proof(key, "GET", "/v1/tills/T01", token, nonce=await doors.nonce())
    headers = {"authorization": f"DPoP {token}", "dpop": proof}
    answers = [await doors.ask("GET", "/v1/tills/T01", headers=headers) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 401]
    assert answers[1].slug == "invalid-dpop-proof"


def old_nonce(secret: str, minutes: int) -> str:
    minute = int(wall().timestamp()) // 60 - minutes
    moment = wall().fromtimestamp(minute * 60 + 1, wall().tzinfo)
    return Nonces(secret).make(b"database", moment)


async def test_a_nonce_is_ours_and_young_or_another_is_offered(
    doors: Doors, bound: tuple[Knocker, ECKey, str]
) -> None:
    till, key, token = bound
    ours = await doors.nonce()
    secret = doors.mall.hub.settings.secret
    made_up = base64.urlsafe_b64encode(secrets.token_bytes(4 + MEMORY + 16)).decode()
    unfit = {
        "none": ...,
        "an empty one": "",
        "one made up": made_up,
        "another instance's": old_nonce("another secret", 0),
        "an old one": old_nonce(secret, 3),
        "tomorrow's": old_nonce(secret, -60),
        "half of one": ours[: len(ours) // 2],
        "one of Japanese": "会員",
        "a long one": "n" * 150,
    }
    for fault, nonce in unfit.items():
        form = {"grant_type": "client_credentials", **till.proves()}
        proof = doors.proof(key, nonce=nonce)
        answer = await doors.form("/oauth/token", form, dpop=proof)
        assert (answer.status, answer.json["error"]) == (400, "use_dpop_nonce"), fault
        offered = answer.headers["dpop-nonce"]
        again = await doors.form("/oauth/token", form, dpop=doors.proof(key, nonce=offered))
        assert again.status == 200, "the assertion beside it was not used up"
        there = await shown(doors, key, token, nonce=nonce)
        assert (there.status, there.slug) == (401, "use-dpop-nonce"), fault
        assert 'error="use_dpop_nonce"' in there.headers["www-authenticate"]
        assert (await shown(doors, key, token, nonce=there.headers["dpop-nonce"])).status == 200
    aging = await shown(doors, key, token, nonce=old_nonce(secret, 1))
    assert aging.status == 200
    assert aging.headers["dpop-nonce"]


async def test_who_is_registered_with_dpop_gets_no_token_without(
    doors: Doors, bound: tuple[Knocker, ECKey, str]
) -> None:
    till, _, _ = bound
    answer = await till.token()
    assert (answer.status, answer.json["error"]) == (400, "invalid_dpop_proof")
    told = await doors.ask("GET", "/.well-known/oauth-authorization-server")
    assert told.json["dpop_signing_alg_values_supported"] == ["ES256"]


async def test_junk_is_no_proof(doors: Doors, bound: tuple[Knocker, ECKey, str]) -> None:
    till, key, token = bound
    good = doors.proof(key, "GET", "/v1/tills/T01", token, nonce=await doors.nonce())
    head, body, seal = good.split(".")
    none = unsigned({"typ": "dpop+jwt", "alg": "none", "jwk": public(key)}, part(good, 1))
    for fault in (
        *("", ".", "..", "x", "a" * 9_000, "[]", '{"payload":""}', none, none + seal),
        *(f"{head}.{body}", f"{good}.{seal}", f"{head}.{body}.", f"{body}.{head}.{seal}"),
        *(f"{head}.{body}.{'A' * 86}", good[:-1], good + "A", f"{good}=", f" {good[1:]}"),
        signed({"typ": "dpop+jwt", "alg": "ES256", "jwk": public(key)}, b"[1]", key),
        signed({"typ": "dpop+jwt", "alg": "ES256", "jwk": public(key)}, b"", key),
    ):
        headers = {"authorization": f"DPoP {token}", "dpop": fault}
        answer = await doors.ask("GET", "/v1/tills/T01", headers=headers)
        assert answer.slug == "invalid-dpop-proof", fault[:60]
        form = {"grant_type": "client_credentials", **till.proves()}
        answer = await doors.form("/oauth/token", form, dpop=fault)
        assert answer.json["error"] == "invalid_dpop_proof", fault[:60]


async def test_without_redis_a_proof_counts_once_as_well(
    doors: Doors, bound: tuple[Knocker, ECKey, str]
) -> None:
    _, key, token = bound
    memory = doors.mall.hub.proofs.memory
    if memory._redis is None:
        pytest.skip("no Redis was given")
    path = "/v1/tills/T01"
    before = doors.proof(key, "GET", path, token, nonce=await doors.nonce())
    headers = {"authorization": f"DPoP {token}", "dpop": before}
    assert (await doors.ask("GET", path, headers=headers)).status == 200
    redis, memory._redis = memory._redis, None
    try:
        answer = await doors.ask("GET", path, headers=headers)
        assert answer.slug == "use-dpop-nonce", "its memory is gone: it may have been shown"
        proof = doors.proof(key, "GET", path, token, nonce=answer.headers["dpop-nonce"])
        headers = {"authorization": f"DPoP {token}", "dpop": proof}
        assert (await doors.ask("GET", path, headers=headers)).status == 200
        assert (await doors.ask("GET", path, headers=headers)).slug == "invalid-dpop-proof"
    finally:
        memory._redis = redis
    answer = await doors.ask("GET", path, headers=headers)
    assert answer.slug == "invalid-dpop-proof", "still known when Redis is back"


async def test_a_redis_that_lost_its_memory_is_another_memory(
    doors: Doors, bound: tuple[Knocker, ECKey, str]
) -> None:
    _, key, token = bound
    memory = doors.mall.hub.proofs.memory
    if memory._redis is None:
        pytest.skip("no Redis was given")
    proof = doors.proof(key, "GET", "/v1/tills/T01", token, nonce=await doors.nonce())
    headers = {"authorization": f"DPoP {token}", "dpop": proof}
    assert (await doors.ask("GET", "/v1/tills/T01", headers=headers)).status == 200
    await memory._redis.delete("meguri:dpop:memory")
    async for name in memory._redis.scan_iter("meguri:dpop:*"):
        await memory._redis.delete(name)
    answer = await doors.ask("GET", "/v1/tills/T01", headers=headers)
    assert answer.slug == "use-dpop-nonce"


def test_an_address_is_spelled_in_one_way() -> None:
    same = "https://hub.example/v1/tills/T01"
    for spelled in (
        "HTTPS://HUB.example/v1/tills/T01",
        "https://hub.example:443/v1/tills/T01?a=b#c",
        "https://hub.example/v1/%74ills/T0%31",
    ):
        assert normal(spelled) == same
    assert normal("https://hub.example") == normal("https://hub.example/")
    assert normal("https://hub.example/a%2fb") == "https://hub.example/a%2Fb"
    assert normal("http://[::1]:80/a") == "http://[::1]/a"
    for none in ("", "hub.example/a", "ftp://hub.example/a", "https://", "https://h:x/", "//h/a"):
        assert normal(none) is None
