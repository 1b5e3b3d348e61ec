"""Apps in a member's name: what may be asked, what the member is shown, who fetches what."""

import secrets
from typing import Any

import pytest

from tests.auth.doors import BACK, Doors, ask_of, new_key, part, s256, said_by

Case = tuple[str, dict[str, Any]]

SHOWN_TO_THE_MEMBER: list[Case] = [
    ("a client nobody knows", {"client_id": "c_aaaaaaaaaaaa"}),
    ("a client with a NUL", {"client_id": "c_\0"}),
    ("no client", {"client_id": ...}),
    ("no redirect_uri", {"redirect_uri": ...}),
    ("another redirect_uri", {"redirect_uri": "https://thief.example/back"}),
    ("a longer path", {"redirect_uri": f"{BACK}/more"}),
    ("a query behind it", {"redirect_uri": f"{BACK}?a=b"}),
    ("another case", {"redirect_uri": "https://app.example/Back"}),
    ("its host in capitals", {"redirect_uri": "https://APP.example/back"}),
    ("its own port", {"redirect_uri": "https://app.example:443/back"}),
    ("a user before it", {"redirect_uri": "https://app.example@thief.example/back"}),
    ("dots in it", {"redirect_uri": "https://app.example/x/../back"}),
    ("no TLS", {"redirect_uri": "http://app.example/back"}),
    ("a fragment", {"redirect_uri": f"{BACK}#x"}),
    ("a script", {"redirect_uri": "javascript:alert(1)"}),
    ("a request_uri that nobody pushed", {"request_uri": "urn:ietf:params:oauth:request_uri:x"}),
    ("a request_uri of the web", {"request_uri": "https://thief.example/request"}),
]
TOLD_TO_THE_CLIENT: list[tuple[str, dict[str, Any], str]] = [
    ("no response_type", {"response_type": ...}, "invalid_request"),
    ("implicit", {"response_type": "token"}, "unsupported_response_type"),
    ("hybrid", {"response_type": "code token"}, "unsupported_response_type"),
    ("a fragment for an answer", {"response_mode": "fragment"}, "invalid_request"),
    ("no challenge", {"code_challenge": ...}, "invalid_request"),
    (
        "no challenge at all",
        {"code_challenge": ..., "code_challenge_method": ...},
        "invalid_request",
    ),
    ("plain by silence", {"code_challenge_method": ...}, "invalid_request"),
    ("plain", {"code_challenge_method": "plain"}, "invalid_request"),
    ("a short challenge", {"code_challenge": "a" * 42}, "invalid_request"),
    ("a padded challenge", {"code_challenge": "a" * 43 + "="}, "invalid_request"),
    ("a scope it lacks", {"scope": "member:balance member:code"}, "invalid_scope"),
    ("a till's scope", {"scope": "points:redeem"}, "invalid_scope"),
    ("a scope that is none", {"scope": "openid"}, "invalid_scope"),
    ("a request object", {"request": "e30.e30."}, "request_not_supported"),
    ("a registration", {"registration": "{}"}, "registration_not_supported"),
    ("a key that is no thumbprint", {"dpop_jkt": "x"}, "invalid_request"),
    ("a state of two pages", {"state": "s" * 1_025}, "invalid_request"),
    ("a state with a line end", {"state": "a\r\nb: c"}, "invalid_request"),
]
NOT_FETCHED: list[tuple[str, dict[str, Any], str]] = [
    ("another verifier", {"code_verifier": "v" * 43}, "invalid_grant"),
    ("the challenge for a verifier", {"code_verifier": "challenge"}, "invalid_grant"),
    ("no verifier", {"code_verifier": ...}, "invalid_request"),
    ("a short verifier", {"code_verifier": "v" * 42}, "invalid_request"),
    ("a verifier with a space", {"code_verifier": "v " * 30}, "invalid_request"),
    ("no redirect_uri", {"redirect_uri": ...}, "invalid_request"),
    ("another redirect_uri", {"redirect_uri": "https://thief.example/back"}, "invalid_grant"),
    ("another code", {"code": "x" * 43}, "invalid_grant"),
    ("a code of a page", {"code": "x" * 5_000}, "invalid_grant"),
    ("no code", {"code": ...}, "invalid_request"),
    ("a scope", {"scope": "member:balance"}, "invalid_request"),
]


@pytest.mark.parametrize(("fault", "other"), SHOWN_TO_THE_MEMBER, ids=lambda one: str(one)[:40])
async def test_who_asks_for_an_answer_elsewhere_is_answered_at_the_screen(
    doors: Doors, fault: str, other: dict[str, Any]
) -> None:
    app = await doors.app()
    answer = await app.page(**other)
    assert answer.status == 400, fault
    assert "location" not in answer.headers
    assert "text/html" in answer.headers["content-type"]
    assert "thief" not in answer.content.decode()


@pytest.mark.parametrize(
    ("fault", "other", "error"), TOLD_TO_THE_CLIENT, ids=lambda one: str(one)[:40]
)
async def test_what_else_is_wrong_is_told_to_the_client(
    doors: Doors, fault: str, other: dict[str, Any], error: str
) -> None:
    app = await doors.app(scopes=["member:balance"])
    answer = await app.page(**other)
    assert answer.status == 303, fault
    assert answer.headers["location"].startswith(f"{BACK}?")
    said = said_by(answer)
    assert (said["error"], said["iss"]) == (error, doors.issuer), fault
    assert said.get("state") == (None if "state" in other else "s-1")
    assert "code" not in said


async def test_a_parameter_that_stands_there_twice_is_answered_at_the_screen(doors: Doors) -> None:
    app = await doors.app()
    cookie = doors.sign_in.cookie(doors.member_id)
    for name, value in app.asks().items():
        query = "&".join(f"{k}={v}" for k, v in app.asks().items()) + f"&{name}={value}"
        answer = await doors.ask("GET", f"/oauth/authorize?{query}", headers=cookie)
        assert (answer.status, "location" in answer.headers) == (400, False), name


async def test_a_member_allows_and_the_app_reads_the_members_balance(doors: Doors) -> None:
    app = await doors.app()
    given = await app.given(scope="member:balance")
    assert given["token_type"] == "Bearer"
    assert (given["expires_in"], given["scope"]) == (300, "member:balance")
    claims = part(given["access_token"], 1)
    assert claims["aud"] == "member"
    assert claims["sub"] != claims["client_id"] == app.client_id
    assert str(doors.member_id) not in claims["sub"]
    bearer = {"authorization": f"Bearer {given['access_token']}"}
    assert (await doors.ask("GET", "/v1/me/balance", headers=bearer)).json["points"] == 0
    assert (await doors.ask("POST", "/v1/me/codes", headers=bearer)).slug == "insufficient-scope"
    assert (await doors.ask("GET", "/v1/entries", headers=bearer)).slug == "insufficient-scope"
    both = await app.given(scope="member:balance member:code")
    bearer = {"authorization": f"Bearer {both['access_token']}"}
    assert (await doors.ask("POST", "/v1/me/codes", headers=bearer)).status == 201


async def test_the_page_says_who_asks_for_what_and_leads_nowhere_else(doors: Doors) -> None:
    app = await doors.app(name='<b>"パン&友"</b>')
    page = await app.page(scope="member:balance member:code")
    text = page.content.decode()
    assert "&lt;b&gt;&#34;パン&amp;友&#34;&lt;/b&gt;" in text
    assert "あなたの残高と有効期限を見る" in text
    assert "Hanako" in text
    assert "app.example" in text
    policy = page.headers["content-security-policy"]
    assert "form-action 'self' https://app.example;" in policy
    assert "script-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "see your balance" in (await app.page(lang="en")).content.decode()


async def test_whoever_has_not_signed_in_is_led_to_the_sign_in_and_back(doors: Doors) -> None:
    app = await doors.app()
    path = "/oauth/authorize?" + "&".join(f"{k}={v}" for k, v in app.asks().items())
    for cookie in ({}, {"cookie": "member=1.Hanako.x"}, {"cookie": "member="}):
        answer = await doors.ask("GET", path, headers=cookie)
        assert answer.status == 303
        assert said_by(answer) == {"back": path}


async def test_a_member_who_says_no_gives_nothing(doors: Doors) -> None:
    app = await doors.app()
    for answer in ("deny", "", "Allow"):
        sent = await app.pressed(await app.page(), answer)
        if answer:
            assert sent.status == 303
            said = said_by(sent)
            assert (said["error"], said["state"]) == ("access_denied", "s-1")
            assert said["iss"] == doors.issuer
        else:
            assert sent.status == 400


async def test_a_page_is_answered_once_and_by_whom_it_was_shown_to(doors: Doors) -> None:
    app, other = await doors.app(), await doors.app()
    page = await app.page()
    assert (await app.pressed(page, member_id=doors.member_id + 1)).status == 400
    assert (await app.pressed(page, **{"sec-fetch-site": "cross-site"})).status == 400
    assert (await other.pressed(page)).status == 400
    name = ask_of(page)
    nobody = {"client_id": app.client_id, "ask": name, "answer": "allow"}
    assert (await doors.form("/oauth/authorize", nobody)).status == 400
    sent = await app.pressed(page)
    assert sent.status == 303
    assert said_by(sent).keys() == {"code", "state", "iss"}
    assert (await app.pressed(page)).status == 400


@pytest.mark.parametrize(("fault", "other", "error"), NOT_FETCHED, ids=lambda one: str(one)[:40])
async def test_a_code_is_fetched_by_whoever_began_or_by_nobody(
    doors: Doors, fault: str, other: dict[str, Any], error: str
) -> None:
    app = await doors.app()
    code = await app.code()
    if other.get("code_verifier") == "challenge":
        other = {"code_verifier": s256(app.verifier)}
    answer = await app.fetches(**{"code": code, **other})
    assert (answer.status, answer.json["error"]) == (400, error), fault
    assert answer.headers["cache-control"] == "no-store"


async def test_a_code_that_met_another_verifier_is_used_up(doors: Doors) -> None:
    app = await doors.app()
    code = await app.code()
    assert (await app.fetches(code, code_verifier="v" * 43)).json["error"] == "invalid_grant"
    assert (await app.fetches(code)).json["error"] == "invalid_grant"


async def test_a_code_used_twice_takes_back_what_it_gave(doors: Doors) -> None:
    app = await doors.app()
    code = await app.code()
    given = (await app.fetches(code)).json
    bearer = {"authorization": f"Bearer {given['access_token']}"}
    assert (await doors.ask("GET", "/v1/me/balance", headers=bearer)).status == 200
    again = await app.fetches(code)
    assert (again.status, again.json["error"]) == (400, "invalid_grant")
    doors.mall.hub.forget()  # as the bell does
    assert (await doors.ask("GET", "/v1/me/balance", headers=bearer)).slug == "invalid-token"
    assert (await app.refreshes(given["refresh_token"])).json["error"] == "invalid_grant"


async def test_a_code_is_over_after_a_minute(doors: Doors) -> None:
    app = await doors.app()
    code = await app.code()
    lives = "SELECT expires_at - given_at FROM auth.codes JOIN auth.grants USING (grant_id)"
    assert (await doors.value(f"{lives} WHERE grants.client_id = %s", app.client_id)).seconds == 60
    past = "UPDATE auth.codes SET expires_at = expires_at - interval '61 s' WHERE client_id = %s"
    await doors.value(past, app.client_id)
    assert (await app.fetches(code)).json["error"] == "invalid_grant"


async def test_another_client_makes_nothing_of_a_code_and_does_not_spoil_it(doors: Doors) -> None:
    app, other = await doors.app(), await doors.app()
    code = await app.code()
    other.verifier = app.verifier
    assert (await other.fetches(code)).json["error"] == "invalid_grant"
    assert (await app.fetches(code)).status == 200


async def test_a_code_asked_for_with_a_key_is_fetched_with_that_key_alone(doors: Doors) -> None:
    app, key = await doors.app(), new_key()
    code = await app.code(dpop_jkt=key.thumbprint())
    assert (await app.fetches(code)).json["error"] == "invalid_grant"
    code = await app.code(dpop_jkt=key.thumbprint())
    assert (await app.fetches(code, dpop=new_key())).json["error"] == "invalid_grant"
    code = await app.code(dpop_jkt=key.thumbprint())
    given = await app.fetches(code, dpop=key)
    assert given.json["token_type"] == "DPoP"
    assert part(given.json["access_token"], 1)["cnf"] == {"jkt": key.thumbprint()}


async def test_a_refresh_token_is_replaced_and_an_old_one_ends_all(doors: Doors) -> None:
    app = await doors.app()
    given = await app.given()
    first = await app.refreshes(given["refresh_token"])
    assert first.status == 200
    assert first.json["refresh_token"] != given["refresh_token"]
    bearer = {"authorization": f"Bearer {first.json['access_token']}"}
    assert (await doors.ask("GET", "/v1/me/balance", headers=bearer)).status == 200
    assert (await app.refreshes(given["refresh_token"])).json["error"] == "invalid_grant"
    assert (await app.refreshes(first.json["refresh_token"])).json["error"] == "invalid_grant"
    doors.mall.hub.forget()  # as the bell does
    assert (await doors.ask("GET", "/v1/me/balance", headers=bearer)).slug == "invalid-token"


async def test_a_refresh_asks_for_less_or_as_much_and_never_for_more(doors: Doors) -> None:
    app = await doors.app()
    given = await app.given(scope="member:balance")
    more = await app.refreshes(given["refresh_token"], scope="member:balance member:code")
    assert (more.status, more.json["error"]) == (400, "invalid_scope")
    both = await app.given(scope="member:balance member:code")
    less = await app.refreshes(both["refresh_token"], scope="member:code")
    assert less.json["scope"] == "member:code"
    assert (await app.refreshes(less.json["refresh_token"])).json["scope"].count(":") == 2


async def test_a_refresh_token_of_another_or_too_old_gives_nothing(doors: Doors) -> None:
    app, other = await doors.app(), await doors.app()
    given = await app.given()
    for one, token in ((other, given["refresh_token"]), (app, "x" * 43), (app, "x" * 5_000)):
        assert (await one.refreshes(token)).json["error"] == "invalid_grant"
    missing = await app.token(grant_type="refresh_token")
    assert missing.json["error"] == "invalid_request"
    idle = "UPDATE auth.refresh_tokens SET expires_at = now() WHERE client_id = %s"
    await doors.value(idle, app.client_id)
    assert (await app.refreshes(given["refresh_token"])).json["error"] == "invalid_grant"
    given = await app.given()
    over = "UPDATE auth.grants SET ends_at = now() WHERE client_id = %s"
    await doors.value(over, app.client_id)
    assert (await app.refreshes(given["refresh_token"])).json["error"] == "invalid_grant"


async def test_a_refresh_token_is_worth_nothing_without_the_key_it_is_bound_to(
    doors: Doors,
) -> None:
    app, key = await doors.app(dpop=True), new_key()
    bare = await app.fetches(await app.code())
    assert (bare.status, bare.json["error"]) == (400, "invalid_dpop_proof")
    given = (await app.fetches(await app.code(), dpop=key)).json
    bare = await app.refreshes(given["refresh_token"])
    assert bare.json["error"] == "invalid_dpop_proof"
    theirs = await app.refreshes(given["refresh_token"], dpop=new_key())
    assert theirs.json["error"] == "invalid_grant"
    assert (await app.refreshes(given["refresh_token"], dpop=key)).status == 200


async def test_an_app_on_a_server_signs_and_keeps_its_refresh_token(doors: Doors) -> None:
    app = await doors.app(signs=True)
    code = await app.code()
    bare = {
        "grant_type": "authorization_code",
        "client_id": app.client_id,
        "code": code,
        "redirect_uri": BACK,
        "code_verifier": app.verifier,
    }
    answer = await doors.form("/oauth/token", bare)
    assert (answer.status, answer.json["error"]) == (401, "invalid_client")
    given = (await app.fetches(code)).json
    for _ in range(2):
        again = await app.refreshes(given["refresh_token"])
        assert again.status == 200
        assert "refresh_token" not in again.json


async def test_each_kind_of_client_comes_its_own_way(doors: Doors) -> None:
    app, till = await doors.app(signs=True), await doors.till()
    mine = await app.token()
    assert (mine.status, mine.json["error"]) == (400, "unauthorized_client")
    refreshed = await till.refreshes("x" * 43)
    assert (refreshed.status, refreshed.json["error"]) == (400, "unauthorized_client")
    fetched = await till.fetches("x" * 43)
    assert (fetched.status, fetched.json["error"]) == (400, "unauthorized_client")
    public = await doors.app()
    machine = await public.token()
    assert (machine.status, machine.json["error"]) == (401, "invalid_client")
    secret = await public.fetches(await public.code(), client_secret="x")
    assert (secret.status, secret.json["error"]) == (401, "invalid_client")


async def test_an_app_on_the_members_own_machine_may_use_any_port(doors: Doors) -> None:
    app = await doors.app(redirect_uris=["http://127.0.0.1/cb", "com.example.app:/cb"])
    for address in ("http://127.0.0.1:51234/cb", "com.example.app:/cb"):
        sent = await app.pressed(await app.page(redirect_uri=address))
        assert sent.headers["location"].startswith(f"{address}?code=")
    for address in (
        "http://127.0.0.1:51234/other",
        "http://localhost:51234/cb",
        "http://127.0.0.1.thief.example:80/cb",
        "http://u@127.0.0.1:1/cb",
        "http://127.0.0.1:99999/cb",
        "https://127.0.0.1:51234/cb",
    ):
        assert (await app.page(redirect_uri=address)).status == 400, address


async def test_an_app_that_was_shut_out_asks_no_more(doors: Doors) -> None:
    app = await doors.app()
    given = await app.given()
    code = await app.code()
    page = await app.page()
    shut = "UPDATE auth.clients SET state = 'revoked', revoked_at = now() WHERE client_id = %s"
    await doors.value(shut, app.client_id)
    assert (await app.pressed(page)).status == 400
    assert (await app.page()).status == 400
    for answer in (await app.fetches(code), await app.refreshes(given["refresh_token"])):
        assert (answer.status, answer.json["error"]) == (401, "invalid_client")


async def test_codes_and_tokens_are_kept_as_hashes(doors: Doors) -> None:
    app = await doors.app()
    code = await app.code()
    given = (await app.fetches(code)).json
    page = ask_of(await app.page())
    for table in ("codes", "refresh_tokens", "requests", "grants"):
        kept = await doors.value(f"SELECT string_agg(t::text, ' ') FROM auth.{table} AS t")
        for word in (code, given["refresh_token"], page, secrets.token_hex(8)):
            assert word not in kept
