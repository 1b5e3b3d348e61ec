"""What a token is worth and to whom that is told; and that it is worth nothing any more."""

import base64
from typing import Any

import psycopg
import pytest

from tests.auth.doors import Doors, Knocker, new_key, now
from tests.mall import Answered


async def asked(one: Knocker, token: str, path: str = "/oauth/introspect", **more: str) -> Answered:
    return await one.doors.form(path, {"token": token, **one.proves(), **more})


async def active(one: Knocker, token: str) -> bool:
    answer = await asked(one, token)
    assert answer.status == 200, answer
    if not answer.json["active"]:
        assert answer.json == {"active": False}, "nothing else is said"
    return bool(answer.json["active"])


async def test_a_client_is_told_of_its_own_token(doors: Doors) -> None:
    till, key = await doors.till(tills=["T01"]), new_key()
    told = await asked(till, await till.access(scope="points:quote"))
    assert told.headers["cache-control"] == "no-store"
    said = told.json
    assert said["active"] is True
    assert (said["client_id"], said["sub"]) == (till.client_id, till.client_id)
    assert (said["scope"], said["aud"], said["iss"]) == ("points:quote", "till", doors.issuer)
    assert (said["token_type"], said["tills"]) == ("Bearer", ["T01"])
    assert 290 < said["exp"] - now() <= 300
    bound = (await till.token(dpop=key)).json["access_token"]
    said = (await asked(till, bound, token_type_hint="refresh_token")).json
    assert (said["token_type"], said["cnf"]) == ("DPoP", {"jkt": key.thumbprint()})


async def test_a_token_is_told_to_whose_business_it_is(doors: Doors) -> None:
    till, mate = await doors.till(), await doors.till()
    office = await doors.till(audience="backoffice", scopes=["settlement:read"])
    operator = await doors.till(
        tenant="operator", audience="operator", scopes=["admin:read"], name="o"
    )
    await doors.mall.shop("bookshop")
    stranger = await doors.till(
        tenant="bookshop", audience="backoffice", scopes=["settlement:read"]
    )
    tokens = {one: await one.access() for one in (till, office, operator)}
    may = {
        till: {till: True, mate: False, office: True, stranger: False, operator: True},
        office: {till: False, mate: False, office: True, stranger: False, operator: True},
        operator: {till: False, mate: False, office: False, stranger: False, operator: True},
    }
    for owner, listeners in may.items():
        for listener, told in listeners.items():
            assert await active(listener, tokens[owner]) is told


async def test_who_proves_nothing_is_told_nothing(doors: Doors) -> None:
    till, app = await doors.till(), await doors.app()
    token = await till.access()
    unproved: list[dict[str, str]] = [
        {},
        {"client_id": till.client_id},
        {"client_id": app.client_id},
        {**till.proves(aud="https://hub.example")},
        {**till.proves(), "client_id": app.client_id},
    ]
    for form in unproved:
        answer = await doors.form("/oauth/introspect", {"token": token, **form})
        assert (answer.status, answer.json["error"]) == (401, "invalid_client"), form
    missing = await doors.form("/oauth/introspect", till.proves())
    assert (missing.status, missing.json["error"]) == (400, "invalid_request")


async def test_what_is_no_token_is_not_active(doors: Doors) -> None:
    till = await doors.till()
    good = await till.access()
    junk = ("x", "a.b.c", "a" * 9_000, "会員", good[:-1], good + "x", good.replace(".", "..", 1))
    for token in junk:
        assert not await active(till, token), token[:20]


async def test_a_refresh_token_is_told_to_the_app_that_has_it(doors: Doors) -> None:
    app, other = await doors.app(signs=True), await doors.app(signs=True)
    given = await app.given(scope="member:balance")
    said = (await asked(app, given["refresh_token"])).json
    assert (said["active"], said["scope"]) == (True, "member:balance")
    assert not await active(other, given["refresh_token"])
    assert await active(app, given["access_token"])
    assert not await active(other, given["access_token"])


async def test_a_token_that_was_given_back_opens_nothing(doors: Doors) -> None:
    till, mate = await doors.till(), await doors.till()
    token, another = await till.access(), await till.access()
    bearer = {"authorization": f"Bearer {token}"}
    assert (await doors.ask("GET", "/v1/tills/T01", headers=bearer)).status == 200
    theirs = await asked(mate, token, "/oauth/revoke")
    assert (theirs.status, theirs.json["error"]) == (400, "invalid_grant")
    assert await active(till, token)
    for _ in range(2):
        assert (await asked(till, token, "/oauth/revoke")).status == 200
    assert not await active(till, token)
    assert await active(till, another)
    doors.mall.hub.forget()  # as the bell does
    assert (await doors.ask("GET", "/v1/tills/T01", headers=bearer)).slug == "invalid-token"


async def test_a_refresh_token_that_was_given_back_takes_all_with_it(doors: Doors) -> None:
    app, other = await doors.app(), await doors.app()
    given = await app.given()
    assert (await asked(other, given["refresh_token"], "/oauth/revoke")).status == 200
    assert (await app.refreshes(given["refresh_token"])).status == 200, "not the other's to end"
    given = await app.given()
    assert (await asked(app, given["refresh_token"], "/oauth/revoke")).status == 200
    assert (await app.refreshes(given["refresh_token"])).json["error"] == "invalid_grant"
    doors.mall.hub.forget()  # as the bell does
    bearer = {"authorization": f"Bearer {given['access_token']}"}
    assert (await doors.ask("GET", "/v1/me/balance", headers=bearer)).slug == "invalid-token"


async def test_what_is_worth_nothing_is_given_back_without_a_word(doors: Doors) -> None:
    till = await doors.till()
    for token in ("x", "a.b.c", "a" * 5_000):
        answer = await asked(till, token, "/oauth/revoke")
        assert (answer.status, answer.json) == (200, {})
    missing = await doors.form("/oauth/revoke", till.proves())
    assert (missing.status, missing.json["error"]) == (400, "invalid_request")
    nobody = await doors.form("/oauth/revoke", {"token": "x"})
    assert (nobody.status, nobody.json["error"]) == (401, "invalid_client")


async def test_a_client_with_a_secret_asks_with_its_secret(doors: Doors) -> None:
    shop = await doors.register(audience="backoffice", scopes=["settlement:read"])
    pair = base64.b64encode(f"{shop.client_id}:{shop.secret}".encode()).decode()
    answer = await doors.form("/oauth/introspect", {"token": "x"}, authorization=f"Basic {pair}")
    assert answer.json == {"active": False}
    twice: list[tuple[str, Any]] = [
        ("authorization", f"Basic {pair}"),
        ("authorization", f"Basic {pair}"),
    ]
    sent = await doors.ask("POST", "/oauth/introspect", data={"token": "x"}, headers=twice)
    assert (sent.status, sent.json["error"]) == (400, "invalid_request")


DOORS = ("/oauth/token", "/oauth/par", "/oauth/introspect", "/oauth/revoke")


@pytest.mark.parametrize("path", DOORS)
async def test_whatever_is_no_form_is_refused_at_each_door(doors: Doors, path: str) -> None:
    till = await doors.till()
    good = "&".join(f"{k}={v}" for k, v in till.proves().items())
    for text, status in (
        (f"{good}&token=a&token=b", 400),
        (f"{good}&client_id={till.client_id}&client_id={till.client_id}", 400),
        ("&".join(f"f{n}=1" for n in range(65)), 400),
        ("a=%ff%fe", 400),
        ("a", 400),
        ("a=" + "b" * 17_000, 413),
    ):
        answer = await doors.form(path, text)
        assert (answer.status, answer.json["error"]) == (status, "invalid_request"), text[:40]
        assert answer.headers["cache-control"] == "no-store"
    answer = await doors.ask("POST", path, json={"token": "x"})
    assert (answer.status, answer.json["error"]) == (415, "invalid_request")
    for method in ("GET", "PUT", "DELETE"):
        assert (await doors.ask(method, path)).status == 405


async def test_the_same_is_asked_of_the_database_whatever_token_is_brought(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How long an answer takes tells no more than the answer: not whose a token is, nor whether."""
    till, mate, app = await doors.till(), await doors.till(), await doors.app()
    brought = [
        await till.access(), await mate.access(), "a.b.c", "x" * 43,
        (await app.given())["refresh_token"],
    ]  # fmt: skip
    asked_of: list[str] = []
    execute = psycopg.Cursor.execute

    def noting(self: Any, query: Any, *more: Any, **named: Any) -> Any:
        asked_of.append(str(query))
        return execute(self, query, *more, **named)

    monkeypatch.setattr(psycopg.Cursor, "execute", noting)
    told = []
    for token in brought:
        asked_of.clear()
        await active(till, token)
        told.append(tuple(asked_of))
    assert len(told[0]) >= 4
    assert len(set(told)) == 1
