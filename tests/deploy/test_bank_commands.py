"""`meguri bank`: what an operator enters and is shown, in both languages."""

from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from deploy.clock import FileClock
from deploy.migrate import give_passwords
from federation.days import TOKYO
from tests.conftest import Given
from tests.mall import settings_for
from tests.settlement.bank import notices

PLACE = ["--bank", "0001", "--branch", "001", "--number", "7654321"]
REASON = ["--from", "2026-04-01", "--reason", "口座届"]
OWN = ["--code", "1234567890", *PLACE, "--holder", "株式会社シコク", *REASON]


@pytest.fixture
def bank(given: Given, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Bank":
    """A hub's database with a bakery and a building in it, and the command line beside it."""
    instance = settings_for(database, given.redis_url, tmp_path)
    with psycopg.connect(database, autocommit=True) as conn:
        give_passwords(conn, instance)
        conn.execute(
            "INSERT INTO tenants.parties VALUES (901, 'tenant', 'bakery', 'パン', 'Bakery'),"
            " (902, 'facility', 'building', '駅ビル', 'Building')"
        )
    FileClock(tmp_path / "clock").set(datetime(2026, 6, 20, 12, 0, tzinfo=TOKYO))
    for name, value in instance.env().items():
        monkeypatch.setenv(name, value)
    return Bank()


class Bank:
    """The commands, as a person would type them."""

    def __call__(self, *words: str) -> Result:
        return CliRunner().invoke(main, ["bank", *words])

    def done(self, *words: str) -> Result:
        result = self(*words)
        assert result.exit_code == 0, result.output
        return result


def test_an_account_is_entered_in_kana_and_shown_masked(bank: Bank) -> None:
    entered = bank.done(
        "account", "bakery", "payee", *PLACE, "--holder", "セトウチ株式会社", *REASON
    )
    assert "ｾﾄｳﾁ(ｶ" in entered.output
    assert "法人などの略語にしました / a kind of company was shortened" in entered.output
    shown = bank.done("show", "--on", "2026-06-20").output
    assert "bakery payee 0001-001 普通 ****321 ｾﾄｳﾁ(ｶ" in shown
    assert "口座届" in shown
    assert "7654321" not in entered.output + shown


def test_kanji_are_refused_by_name(bank: Bank) -> None:
    refused = bank("account", "bakery", "payee", *PLACE, "--holder", "瀬戸内", *REASON)
    assert refused.exit_code == 1
    assert "カナで指定してください" in refused.output
    assert "give the name in kana" in refused.output
    assert "瀬戸内" in refused.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["account", "nobody", "payee", *PLACE, "--holder", "アワ", *REASON], "no party of this"),
        (["account", "bakery", "payee", "--bank", "1", *PLACE[2:], "--holder", "アワ", *REASON],
         "not well formed"),
        (["profile", *OWN, "--transfer-lead", "6"], "承認 2026-"),
        (["profile", *OWN, "--transfer-until", "25:00"], "not a time"),
        (["route", "nobody", "INVOICE", *REASON], "no party of this code"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_said(bank: Bank, words: list[str], said: str) -> None:
    refused = bank(*words)
    assert refused.exit_code == 1
    assert said in refused.output
    assert "登録がありません / nothing is entered" in bank.done("show").output


def test_an_unknown_branch_is_warned_of_but_kept(bank: Bank) -> None:
    place = ["--bank", "9999", "--branch", "101", "--number", "7654321"]
    entered = bank.done("account", "bakery", "payee", *place, "--holder", "アワ", *REASON)
    assert "一覧にありません / is in no list of branches" in entered.output
    assert "9999-101" in bank.done("show").output


def test_routes_consents_and_the_bank_are_entered_and_shown(bank: Bank) -> None:
    bank.done("route", "bakery", "OFFSET_SALES_DEPOSIT", *REASON)
    bank.done("consent", "bakery", "--holder", "building", *REASON)
    bank.done("profile", *OWN)
    shown = bank.done("show").output.splitlines()
    assert shown == [
        "operator 1234567890 0001-001 普通 ****321",
        "bakery OFFSET_SALES_DEPOSIT",
        "bakery → operator (building)",
    ]
    bank.done("consent", "bakery", "--holder", "building", "--withdrawn", *REASON)
    assert "building" not in bank.done("show").output


def test_a_name_can_be_tried_before_it_is_entered(bank: Bank) -> None:
    assert "ｷﾔﾉﾝ(ｶ" in bank.done("kana", "キャノン株式会社").output


def test_a_file_of_the_bank_is_looked_into(bank: Bank, tmp_path: Path) -> None:
    file = tmp_path / "notices.txt"
    line = notices.notice(341, "ｱﾜｵﾄﾞﾘﾐﾔｹﾞ(ｶ", edi="STL1")
    file.write_bytes(notices.notices(line, count=1, yen=341))
    said = bank.done("read", str(file)).output
    assert "2026-06-30 +          341 ｱﾜｵﾄﾞﾘﾐﾔｹﾞ(ｶ STL1" in said
    file.write_bytes(notices.notices(line, count=1, yen=342))
    refused = bank("read", str(file))
    assert refused.exit_code == 1
    assert "合計金額が明細と違います / the total is not that of the lines" in refused.output
