"""What is decided without a database: passwords, codes, roles, where a page may send one."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from auth.people import totp
from auth.people.passwords import good
from auth.people.reception import within
from auth.people.refusals import WeakPassword
from auth.people.roles import ROLES, needs_passkey, scopes_of, together
from auth.scopes import AUDIENCES, CONSOLE, SCOPES

NOW = datetime(2026, 6, 3, 3, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short1!",
        "password",
        "Password",
        "ｐａｓｓｗｏｒｄ",
        "1234567890",
        "aaaaaaaaaaaa",
        "hanako.yamada",
        "hanako.yamada1",
        "meguri2026",
        "x" * 201,
    ],
)
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        good(password, "hanako.yamada@example.jp", "山田花子")


@pytest.mark.parametrize("password", ["Wq7!kLm2", "さくらさくらのやまも", "correct horse battery"])
def test_a_good_password_is_taken(password: str) -> None:
    assert good(password, "hanako@example.jp") == password


@pytest.mark.parametrize(
    ("ahead", "used", "right"),
    [(-2, 0, False), (-1, 0, True), (0, 0, True), (1, 0, True), (2, 0, False),
     (0, -1, True), (0, 1, False), (-1, 1, False), (1, 2, False)],
)  # fmt: skip
def test_a_code_counts_for_its_half_minute_and_its_neighbours_and_once(
    ahead: int, used: int, right: bool
) -> None:
    """`used`: 0 nothing yet, 1 this half minute's code, 2 the next one's, -1 the one before."""
    secret = totp.fresh()
    this = int(NOW.timestamp()) // 30
    before = {0: 0, 1: this, 2: this + 1, -1: this - 1}[used]
    code = pyotp.TOTP(secret).at(NOW + timedelta(seconds=30 * ahead))
    found = totp.step_of(secret, code, NOW, before)
    assert found == (this + ahead if right else None)


def test_what_is_no_code_is_no_code() -> None:
    secret = totp.fresh()
    for code in ("", "12345", "abcdef", "１２３４５６", pyotp.TOTP(secret).now() + "0"):
        assert totp.step_of(secret, code, NOW - timedelta(days=999), 0) is None


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ("/console/people?x=1", "/console/people?x=1"),
        ("/oauth/authorize?client_id=c&redirect_uri=https%3A%2F%2Fapp", "same"),
        ("https://evil.example/", "/home"),
        ("//evil.example/", "/home"),
        ("/\\evil.example/", "/home"),
        ("\\/evil.example", "/home"),
        ("/\t/evil.example", "/home"),
        ("/\n/evil.example", "/home"),
        ("javascript:alert(1)", "/home"),
        ("console", "/home"),
        ("/あ", "/home"),
        ("", "/home"),
        (None, "/home"),
        ("/" + "a" * 2001, "/home"),
    ],
)
def test_a_page_sends_one_on_only_within_this_hub(told: str | None, found: str) -> None:
    assert within(told, "/home") == (told if found == "same" else found)


def test_roles_name_scopes_that_there_are() -> None:
    for role in ROLES.values():
        assert role.scopes <= SCOPES.keys()


def test_no_client_can_have_what_only_people_may() -> None:
    ours = {name for name, scope in SCOPES.items() if CONSOLE in scope.audiences}
    assert ours == {
        "people:admin", "settlement:prepare", "settlement:approve", "settlement:send",
        "settlement:results", "totals:read", "portal:read", "portal:dispute", "portal:keys",
        "branding:write", "guide:write", "questions:answer",
    }  # fmt: skip
    assert CONSOLE not in AUDIENCES
    assert all(SCOPES[name].audiences == {CONSOLE} for name in ours)


def test_without_a_passkey_an_approver_approves_nothing() -> None:
    roles = ["finance-approver", "hq"]
    assert needs_passkey(roles)
    assert "settlement:approve" in scopes_of(roles, "passkey")
    assert "settlement:approve" not in scopes_of(roles, "totp")
    assert "entries:read-all" in scopes_of(roles, "totp")
    assert scopes_of(roles, None) == frozenset()


@pytest.mark.parametrize(
    ("roles", "may"),
    [
        (["hq", "support"], True),
        (["finance-preparer", "finance-approver"], True),
        (["admin", "hq"], True),
        (["admin", "finance-approver"], False),
        (["admin", "finance-preparer"], False),
        (["shop", "area"], True),
        (["shop", "hq"], False),
        (["facility", "support"], False),
    ],
)
def test_roles_that_do_not_go_together(roles: list[str], may: bool) -> None:
    assert together(roles) is may
