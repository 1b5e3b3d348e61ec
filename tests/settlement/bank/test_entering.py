"""口座・経路・合意・銀行設定: dated, never changed, and each party sees only what is its own."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, time

import pytest
from msgspec import ValidationError, structs
from psycopg import AsyncConnection, errors

from federation.days import TOKYO
from settlement.bank import entering
from settlement.bank.orders import Account, Originator
from settlement.bank.profile import Profile
from settlement.bank.refusals import DueBeforeApproval, UnknownParty
from settlement.bank.routing import Consent, Net, Window, plan
from settlement.calendar import cycle_of
from tenants.layout import Why
from tests.settlement.bank import samples
from tests.settlement.conftest import Books

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=TOKYO)
LATER = datetime(2026, 6, 1, 9, 1, tzinfo=TOKYO)
APRIL, JUNE, JULY = date(2026, 4, 1), date(2026, 6, 1), date(2026, 7, 1)
WHY = Why("finance", "口座届 2026-05-30")
TABLES = ("bank_accounts", "payment_routes", "offset_consents", "bank_profiles")
A = Account("9999", "102", "1", "7654321", "ｾﾄｳﾁ")
B = Account("9999", "103", "2", "1000012", "ｺﾄﾋﾗ")


def plain(account: Account) -> Account:
    return account


async def enter(
    conn: AsyncConnection, party: str, account: Account, on: date, now: datetime = NOW
) -> None:
    await entering.enter_account(conn, party, "payee", account, on, WHY, now)


async def payees(books: Books, day: date) -> dict[str, Account]:
    async with books.role("auditor") as conn:
        return dict((await entering.agreed(conn, day, plain)).payees)


async def test_an_account_counts_from_its_day_on(books: Books) -> None:
    async with books.role("worker") as conn:
        await enter(conn, "a", A, APRIL)
        await enter(conn, "a", B, JULY)
    assert await payees(books, date(2026, 3, 31)) == {}
    assert await payees(books, APRIL) == {"a": A}
    assert await payees(books, date(2026, 6, 30)) == {"a": A}
    assert await payees(books, JULY) == {"a": B}


async def test_a_mistake_is_entered_anew_and_stays_readable(books: Books) -> None:
    async with books.role("worker") as conn:
        await enter(conn, "a", B, APRIL)
        await enter(conn, "a", A, APRIL, LATER)
    assert await payees(books, JUNE) == {"a": A}
    kept = await books.ask("SELECT number, author, reason FROM settlement.bank_accounts ORDER BY 1")
    assert kept == [(one.number, WHY.author, WHY.reason) for one in (B, A)]


async def test_the_last_word_counts_though_the_clock_went_back(books: Books) -> None:
    async with books.role("worker") as conn:
        await enter(conn, "a", B, APRIL, LATER)
        await enter(conn, "a", A, APRIL, NOW)
    assert await payees(books, JUNE) == {"a": A}


async def test_a_closed_account_is_nobodys(books: Books) -> None:
    async with books.role("worker") as conn:
        await enter(conn, "a", A, APRIL)
        await entering.enter_account(conn, "a", "payee", A, JULY, WHY, NOW, closed=True)
        assert [one.closed for one in await entering.accounts(conn, JULY)] == [True]
    assert await payees(books, JUNE) == {"a": A}
    assert await payees(books, JULY) == {}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "change", ["UPDATE settlement.{} SET reason = 'x'", "DELETE FROM settlement.{}"]
)
async def test_what_was_entered_is_never_changed(books: Books, table: str, change: str) -> None:
    async with books.role("worker") as conn:
        with pytest.raises(errors.InsufficientPrivilege):
            await conn.execute(change.format(table))


async def test_an_account_needs_a_reason_and_a_name_and_digits(books: Books) -> None:
    async with books.role("worker") as conn:
        with pytest.raises(errors.CheckViolation):
            await entering.enter_account(conn, "a", "payee", A, APRIL, Why("finance", ""), NOW)
        with pytest.raises(ValidationError):
            await enter(conn, "a", structs.replace(A, number="123456"), APRIL)
        with pytest.raises(errors.CheckViolation):
            await enter(conn, "a", structs.replace(A, holder=""), APRIL)
        # a debtor's account is known by its customer number, a payee's has none
        with pytest.raises(errors.CheckViolation):
            await entering.enter_account(conn, "a", "debtor", A, APRIL, WHY, NOW)
        with pytest.raises(errors.CheckViolation):
            await entering.enter_account(conn, "a", "payee", A, APRIL, WHY, NOW, customer="1")


async def test_a_party_that_does_not_exist_has_nothing(books: Books) -> None:
    consent = Consent("a", "operator", "nobody", APRIL)
    asked: list[Callable[[AsyncConnection], Awaitable[None]]] = [
        lambda conn: enter(conn, "nobody", A, APRIL),
        lambda conn: entering.set_route(conn, "nobody", "TRANSFER", APRIL, WHY, NOW),
        lambda conn: entering.enter_consent(conn, consent, WHY, NOW),
    ]
    async with books.role("worker") as conn:
        for one in asked:
            with pytest.raises(UnknownParty):
                await one(conn)


async def test_a_tenant_sees_its_own_account_and_only_its_end(books: Books) -> None:
    async with books.role("worker") as conn:
        await enter(conn, "a", A, APRIL)
        await enter(conn, "b", B, APRIL)
        await entering.set_route(conn, "b", "INVOICE", APRIL, WHY, NOW)
        await entering.enter_consent(conn, Consent("b", "operator", "takamatsu", APRIL), WHY, NOW)
    async with books.role("app", "a") as conn:
        query = "SELECT bank, branch, number_end FROM settlement.bank_accounts"
        assert await (await conn.execute(query)).fetchall() == [("9999", "102", "321")]
        for table in ("payment_routes", "offset_consents"):
            assert (await conn.execute(f"SELECT party_id FROM settlement.{table}")).rowcount == 0
        for hidden in (
            "number FROM settlement.bank_accounts",
            "bank FROM settlement.bank_profiles",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                await conn.execute(f"SELECT {hidden}")


@pytest.mark.parametrize("role", ["desk", "counter", "sealer"])
async def test_no_other_role_reads_of_banks(books: Books, role: str) -> None:
    async with books.role(role) as conn:
        for table in TABLES:
            with pytest.raises(errors.InsufficientPrivilege):
                await conn.execute(f"SELECT FROM settlement.{table}")


async def test_every_table_of_banks_is_behind_a_row_policy(books: Books) -> None:
    found = await books.ask(
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'settlement'::regnamespace"
        " AND relname = ANY(%s) AND relrowsecurity AND relforcerowsecurity",
        list(TABLES),
    )
    assert {name for (name,) in found} == set(TABLES)


async def test_a_consent_is_withdrawn_by_a_later_word(books: Books) -> None:
    consent = Consent("b", "operator", "takamatsu", APRIL, date(2027, 3, 31))
    async with books.role("worker") as conn:
        await entering.enter_consent(conn, consent, WHY, NOW)
        assert (await entering.agreed(conn, JUNE, plain)).consents == {"b": consent}
        gone = structs.replace(consent, from_on=JULY)
        await entering.enter_consent(conn, gone, WHY, LATER, withdrawn=True)
        assert (await entering.agreed(conn, JULY, plain)).consents == {}
        assert (await entering.agreed(conn, JUNE, plain)).consents == {"b": consent}


async def test_nobody_consents_to_itself(books: Books) -> None:
    async with books.role("worker") as conn:
        with pytest.raises(errors.CheckViolation):
            await entering.enter_consent(conn, Consent("b", "b", "takamatsu", APRIL), WHY, NOW)


async def test_a_bank_profile_is_kept_as_it_was_given(books: Books) -> None:
    own = Account("9999", "101", "2", "1234567", "ｶ)ｼｺｸ")
    given = Profile(
        Originator("1234567890", own), 2, time(12), 7, time(17, 30), 4, 10, 100, 200, "NONE", True
    )
    async with books.role("worker") as conn:
        assert await entering.profile(conn, JUNE, plain) is None
        await entering.set_profile(conn, given, APRIL, WHY, NOW)
        assert await entering.profile(conn, JUNE, plain) == given
        assert await entering.profile(conn, date(2026, 3, 31), plain) is None


async def test_a_profile_whose_files_are_due_before_approval_is_not_kept(books: Books) -> None:
    slow = Profile(samples.HUB, transfer_lead_bank_days=4)
    async with books.role("worker") as conn:
        with pytest.raises(DueBeforeApproval) as refused:
            await entering.set_profile(conn, slow, APRIL, WHY, NOW)
        assert refused.value.extra["clashes"]
        assert await entering.profile(conn, JUNE, plain) is None


async def test_what_was_entered_decides_how_nets_are_paid(books: Books) -> None:
    """From rows to a plan: an offset, a transfer, a debit."""
    async with books.role("worker") as conn:
        await enter(conn, "a", A, APRIL)
        await entering.enter_account(
            conn, "c", "debtor", B, APRIL, WHY, NOW, customer="20260615001"
        )
        await entering.set_route(conn, "a", "TRANSFER", APRIL, WHY, NOW)
        await entering.set_route(conn, "b", "OFFSET_SALES_DEPOSIT", APRIL, WHY, NOW)
        await entering.set_route(conn, "c", "DIRECT_DEBIT", APRIL, WHY, NOW)
        await entering.enter_consent(conn, Consent("b", "operator", "takamatsu", APRIL), WHY, NOW)
        agreed = await entering.agreed(conn, date(2026, 6, 30), plain)
    nets = [Net("a", 600, "S-A"), Net("b", -700, "S-B"), Net("c", -800, "S-C")]
    found = plan(cycle_of(JUNE), nets, agreed, Profile(samples.HUB), Window())
    assert [party for party, _ in found.transfers] == ["a"]
    assert [(one.party, one.holder) for one in found.offsets] == [("b", "takamatsu")]
    assert [(one.account, one.customer) for _, one in found.debits] == [(B, "20260615001")]
