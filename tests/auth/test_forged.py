"""Forgeries, over HTTP: assertions at each door, tokens at a route and where money moves."""

import hmac
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from tests.auth.conftest import proof, signed, spelled, unsigned
from tests.auth.doors import Doors, Knocker, new_key, now, part, public

THIEF = new_key()
RSA = RSAKey.generate_key(2048)
P384 = ECKey.generate_key("P-384")
DAY = 86_400
BOTH_WAYS = 'Bearer realm="meguri", DPoP algs="ES256"'


def hs256(head: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    start = unsigned({**head, "alg": "HS256"}, claims).rstrip(".")
    return f"{start}.{spelled(hmac.digest(secret, start.encode(), 'sha256')).decode()}"


def in_json(token: str, flat: bool) -> str:
    """The JSON serialisation of a compact JWS."""
    head, body, seal = token.split(".")
    one = {"protected": head, "signature": seal}
    told = {"payload": body, **one} if flat else {"payload": body, "signatures": [one]}
    return msgspec.json.encode(told).decode()


# What a client says of itself: its head, its claims (numbers count from now), its key.
UNPROVED: dict[str, Callable[[Knocker], str]] = {
    "the token endpoint as audience": lambda c: of(c, aud=f"{c.doors.issuer}/oauth/token"),
    "the PAR endpoint as audience": lambda c: of(c, aud=f"{c.doors.issuer}/oauth/par"),
    "the audience in an array": lambda c: of(c, aud=[c.doors.issuer]),
    "two audiences": lambda c: of(c, aud=[c.doors.issuer, "https://hub.example"]),
    "another audience": lambda c: of(c, aud="https://hub.example"),
    "the audience with a slash": lambda c: of(c, aud=f"{c.doors.issuer}/"),
    "no audience": lambda c: of(c, aud=...),
    "another issuer": lambda c: of(c, iss="c_aaaaaaaaaaaa"),
    "no issuer": lambda c: of(c, iss=...),
    "another's name": lambda c: of(c, iss="c_aaaaaaaaaaaa", sub="c_aaaaaaaaaaaa"),
    "no expiry": lambda c: of(c, exp=...),
    "expired": lambda c: of(c, iat=-70, exp=-10),
    "too long-lived": lambda c: of(c, exp=+61),
    "a day long": lambda c: of(c, exp=DAY),
    "made 60 s ahead": lambda c: of(c, iat=+60, exp=+90),
    "not valid for 60 s": lambda c: of(c, nbf=+60),
    "no jti": lambda c: of(c, jti=...),
    "a jti of a page": lambda c: of(c, jti="j" * 201),
    "an expiry in words": lambda c: of(c, exp="soon"),
    "alg none": lambda c: unsigned({"alg": "none"}, c.claims()),
    "no alg": lambda c: unsigned({}, c.claims(), bytes(64)),
    "HS256 with the public key": lambda c: hs256({}, c.claims(), encoded(c.key)),
    "HS256 with the public key in PEM": lambda c: hs256({}, c.claims(), pem(c.key)),
    "HS256 with nothing": lambda c: hs256({}, c.claims(), b""),
    "RS256": lambda c: signed({"alg": "RS256"}, c.claims(), RSA),
    "PS256": lambda c: signed({"alg": "PS256"}, c.claims(), RSA),
    "ES384": lambda c: signed({"alg": "ES384"}, c.claims(), P384),
    "another's key": lambda c: signed({"alg": "ES256"}, c.claims(), THIEF),
    "a key brought along": lambda c: signed(
        {"alg": "ES256", "jwk": public(THIEF)}, c.claims(), THIEF
    ),
    "a key to be fetched": lambda c: of(c, {"jku": "https://thief.example/jwks"}),
    "a certificate to be fetched": lambda c: of(c, {"x5u": "https://thief.example/cert"}),
    "a certificate brought along": lambda c: of(c, {"x5c": ["MIIB"]}),
    "another kid": lambda c: of(c, {"kid": "../../dev/null"}),
    "a critical header": lambda c: of(c, {"crit": ["exp"]}),
    "a critical b64": lambda c: of(c, {"crit": ["b64"], "b64": True}),
    "an access token's typ": lambda c: of(c, {"typ": "at+jwt"}),
    "flat JSON": lambda c: in_json(of(c), flat=True),
    "general JSON": lambda c: in_json(of(c), flat=False),
    "a seal of zeros": lambda c: unsigned({"alg": "ES256"}, c.claims(), bytes(64)),
    "a changed seal": lambda c: of(c)[:-4] + "AAAA",
    "padding": lambda c: of(c) + "==",
    "a part too many": lambda c: of(c) + ".e30",
    "a huge one": lambda c: of(c, more="x" * 9_000),
    "junk": lambda _: "%00%ff",
}


def of(client: Knocker, head: dict[str, Any] | None = None, **other: Any) -> str:
    return client.proves(head, **other)["client_assertion"]


def encoded(key: ECKey | None) -> bytes:
    assert key is not None
    return msgspec.json.encode(public(key))


def pem(key: ECKey | None) -> bytes:
    assert key is not None
    return bytes(key.as_pem(private=False))


@pytest.mark.parametrize("fault", UNPROVED)
async def test_a_client_that_proves_nothing_is_let_in_by_none_of_the_doors(
    doors: Doors, clients: tuple[Knocker, Knocker], fault: str
) -> None:
    till, app = clients
    asks = {
        "/oauth/token": (till, {"grant_type": "client_credentials"}),
        "/oauth/par": (app, app.asks()),
        "/oauth/introspect": (till, {"token": "x"}),
        "/oauth/revoke": (till, {"token": "x"}),
    }
    for path, (client, form) in asks.items():
        answer = await doors.form(path, {**form, **proof(UNPROVED[fault](client))})
        assert (answer.status, answer.json["error"]) == (401, "invalid_client"), path
        assert answer.headers["www-authenticate"] == 'Basic realm="meguri"'
        assert answer.headers["cache-control"] == "no-store"


@pytest.fixture(scope="module")
async def clients(doors: Doors) -> tuple[Knocker, Knocker]:
    return await doors.till(), await doors.app(signs=True)


async def test_an_assertion_counts_once_whichever_door_it_was_shown_at(doors: Doors) -> None:
    till = await doors.till()
    for first in ("/oauth/introspect", "/oauth/revoke", "/oauth/token"):
        form = {"grant_type": "client_credentials", "token": "x", **till.proves()}
        assert (await doors.form(first, form)).status == 200
        for again in ("/oauth/token", "/oauth/introspect", "/oauth/revoke"):
            assert (await doors.form(again, form)).status == 401


# What is changed in a token of ours, and with which key it is signed.
class Forger:
    """Has a token of ours, and, so that only one thing is wrong at a time, our key."""

    def __init__(self, good: str, ours: ECKey, other: str) -> None:
        self.good = good
        self.ours = ours
        self.other = other
        self.head = part(good, 0)
        self.claims = part(good, 1)

    def says(self, **other: Any) -> str:
        said = {**self.claims, **other}
        return signed(self.head, {k: v for k, v in said.items() if v is not ...}, self.ours)

    def heads(self, key: Any = None, **other: Any) -> str:
        above = {k: v for k, v in {**self.head, **other}.items() if v is not ...}
        return signed(above, self.claims, self.ours if key is None else key)

    def swapped(self) -> str:
        """Another token's claims under this one's seal."""
        head, _, seal = self.good.split(".")
        return f"{head}.{self.other.split('.')[1]}.{seal}"


FORGED: dict[str, Callable[[Forger], str]] = {
    "alg none": lambda f: unsigned({**f.head, "alg": "none"}, f.claims),
    "alg None": lambda f: unsigned({**f.head, "alg": "None"}, f.claims, b"x" * 64),
    "alg none, our seal kept": lambda f: (
        unsigned({**f.head, "alg": "none"}, f.claims) + f.good.split(".")[2]
    ),
    "no alg": lambda f: unsigned({"typ": "at+jwt", "kid": f.head["kid"]}, f.claims, b"x" * 64),
    "HS256 with our public key": lambda f: hs256(f.head, f.claims, encoded(f.ours)),
    "HS256 with our public key in PEM": lambda f: hs256(f.head, f.claims, pem(f.ours)),
    "HS256 with nothing": lambda f: hs256(f.head, f.claims, b""),
    "RS256": lambda f: f.heads(RSA, alg="RS256"),
    "ES384": lambda f: f.heads(P384, alg="ES384"),
    "ES256K": lambda f: f.heads(ECKey.generate_key("secp256k1"), alg="ES256K"),
    "another's key": lambda f: f.heads(THIEF),
    "a key brought along": lambda f: f.heads(THIEF, jwk=public(THIEF)),
    "a key brought along, no kid": lambda f: f.heads(THIEF, jwk=public(THIEF), kid=...),
    "a key to be fetched": lambda f: f.heads(jku="https://thief.example/jwks"),
    "a certificate to be fetched": lambda f: f.heads(x5u="https://thief.example/cert"),
    "a certificate brought along": lambda f: f.heads(x5c=["MIIB"]),
    "no kid": lambda f: f.heads(kid=...),
    "an unknown kid": lambda f: f.heads(kid="unknown"),
    "a kid that is a path": lambda f: f.heads(kid="../../dev/null"),
    "a kid that is SQL": lambda f: f.heads(kid="x'--"),
    "a kid that is a list": lambda f: unsigned(
        {**f.head, "kid": [f.head["kid"]]}, f.claims, b"x" * 64
    ),
    "a critical header": lambda f: f.heads(crit=["exp"]),
    "typ JWT": lambda f: f.heads(typ="JWT"),
    "typ dpop+jwt": lambda f: f.heads(typ="dpop+jwt"),
    "no typ": lambda f: f.heads(typ=...),
    "another issuer": lambda f: f.says(iss="https://hub.example"),
    "no issuer": lambda f: f.says(iss=...),
    "another audience": lambda f: f.says(aud="https://hub.example"),
    "members' audience": lambda f: f.says(aud="member"),
    "an array of audiences": lambda f: f.says(aud=["till"]),
    "no audience": lambda f: f.says(aud=...),
    "expired": lambda f: f.says(iat=now() - 400, nbf=now() - 400, exp=now() - 100),
    "expired just now": lambda f: f.says(exp=now()),
    "no expiry": lambda f: f.says(exp=...),
    "an expiry in words": lambda f: f.says(exp="soon"),
    "an expiry with a fraction": lambda f: f.says(exp=now() + 60.5),
    "an expiry past all bounds": lambda f: f.says(exp=10**30),
    "a day long": lambda f: f.says(exp=now() + DAY),
    "issued 60 s ahead": lambda f: f.says(iat=now() + 60),
    "not valid for 60 s": lambda f: f.says(nbf=now() + 60),
    "another subject": lambda f: f.says(sub="c_aaaaaaaaaaaa"),
    "an unknown client": lambda f: f.says(sub="c_aaaaaaaaaaaa", client_id="c_aaaaaaaaaaaa"),
    "a grant that is none": lambda f: f.says(grant="g_" + "x" * 22, aud="member", sub="x"),
    "a till's token with a grant": lambda f: f.says(grant="g_" + "x" * 22),
    "bound to a key, shown as a bearer's": lambda f: f.says(cnf={"jkt": THIEF.thumbprint()}),
    "bound to a certificate": lambda f: f.says(cnf={"x5t#S256": "x"}),
    "a claim that we never make": lambda f: f.says(admin=True),
    "another's claims under our seal": lambda f: f.swapped(),
    "a seal of zeros": lambda f: unsigned(f.head, f.claims, bytes(64)),
    "a seal in DER": lambda f: f"{f.good.rpartition('.')[0]}.{spelled(b'0' * 70).decode()}",
    "a seal spelled otherwise": lambda f: f.good[:-1] + chr(ord(f.good[-1]) + 1),
    "padding": lambda f: f.good + "==",
    "flat JSON": lambda f: in_json(f.good, flat=True),
    "general JSON": lambda f: in_json(f.good, flat=False),
    "two parts": lambda f: f.good.rpartition(".")[0],
    "five parts": lambda f: f"{f.good}.e30.e30",
    "two tokens": lambda f: f"{f.good}, {f.good}",
    "a huge one": lambda f: f.says(scope="points:quote " * 600),
    "nothing": lambda _: "",
}


@pytest.fixture(scope="module")
async def forger(doors: Doors) -> Forger:
    till, other = await doors.till(), await doors.till()
    hub = doors.mall.hub
    await hub.keys.fresh()
    ours = hub.keys.signer().key
    return Forger(await till.access(), ours, await other.access())


@pytest.mark.parametrize("fault", FORGED)
async def test_a_forged_token_opens_no_route_and_moves_no_money(
    doors: Doors, forger: Forger, fault: str
) -> None:
    headers = {"authorization": f"Bearer {FORGED[fault](forger)}"}
    answer = await doors.ask("GET", "/v1/tills/T01", headers=headers)
    assert (answer.status, answer.slug) == (401, "invalid-token")
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    sale = doors.bakery.sale(doors.hanako, 550)
    answer = await doors.ask("POST", "/v1/accruals", json=sale, headers=headers)
    assert (answer.status, answer.slug) == (401, "invalid-token")


async def test_the_token_itself_is_good_in_its_one_place(doors: Doors, forger: Forger) -> None:
    path, good = "/v1/tills/T01", forger.good
    for authorization in (f"Bearer {good}", f"bearer {good}", f"Bearer {forger.says(jti='x')}"):
        headers = {"authorization": authorization}
        assert (await doors.ask("GET", path, headers=headers)).status == 200
    early = forger.says(iat=now() + 8, nbf=now() + 8)
    assert (
        await doors.ask("GET", path, headers={"authorization": f"Bearer {early}"})
    ).status == 200
    assert (await doors.ask("GET", f"{path}?access_token={good}")).status == 401
    form = await doors.form(path, {"access_token": good})
    assert form.status in (401, 405, 415)
    for scheme in ("Basic", "Digest", "Token", "BearerX", ""):
        headers = {"authorization": f"{scheme} {good}"}
        shown = await doors.ask("GET", path, headers=headers)
        assert (shown.status, shown.headers["www-authenticate"]) == (401, BOTH_WAYS)
    nothing = await doors.ask("GET", path)
    assert (nothing.status, nothing.headers["www-authenticate"]) == (401, BOTH_WAYS)
    lacking = await doors.ask("GET", "/v1/entries", headers={"authorization": f"Bearer {good}"})
    assert (lacking.status, lacking.slug) == (403, "insufficient-scope")
    wanted = 'Bearer error="insufficient_scope", scope="points:read"'
    assert lacking.headers["www-authenticate"] == wanted


def test_the_algorithms_that_are_tried_are_known_to_the_library() -> None:
    known = jws.JWSRegistry.algorithms
    assert {"ES256", "ES384", "ES256K", "RS256", "PS256", "HS256", "none"} <= known.keys()


async def test_a_remembered_token_books_only_what_its_scopes_say(
    doors: Doors, forger: Forger
) -> None:
    headers = {"authorization": f"Bearer {forger.says(scope='points:quote')}"}
    assert (await doors.ask("GET", "/v1/tills/T01", headers=headers)).status == 200
    sale = doors.bakery.sale(doors.hanako, 550)
    answer = await doors.ask("POST", "/v1/accruals", json=sale, headers=headers)
    assert (answer.status, answer.slug) == (403, "insufficient-scope")
