"""What banks and branches are called in a file."""

import pytest
from zengin_code import Bank

from settlement.bank.names import bank_is_known, known, named, with_names
from settlement.bank.orders import Account


def test_a_branch_is_called_as_files_write_it() -> None:
    found = named("0001", "001")
    assert found is not None
    assert (found.bank_name, found.branch_name) == ("ﾐｽﾞﾎ", "ﾄｳｷﾖｳ")
    assert found.bank == "みずほ"


@pytest.mark.parametrize(
    ("bank", "branch", "answer"),
    [("0001", "001", True), ("0001", "000", False), ("9998", "001", None), ("9999", "101", None)],
)
def test_what_is_in_no_list_is_said(bank: str, branch: str, answer: bool | None) -> None:
    assert known(bank, branch) is answer


def test_the_test_bank_is_no_bank() -> None:
    assert not bank_is_known("9999")


def test_an_account_gets_the_names_that_the_list_has() -> None:
    plain = Account("0001", "001", "1", "0000001", "ｱﾜ")
    assert with_names(plain).bank_name == "ﾐｽﾞﾎ"
    unknown = Account("9999", "101", "1", "0000001", "ｱﾜ")
    assert with_names(unknown) == unknown


def test_every_branch_of_japan_can_be_written() -> None:
    """One in five of 28,000: none is refused, or longer than its field."""
    for code, bank in Bank.all.items():
        for branch in list(bank.branches)[::5]:
            found = named(code, branch)
            assert found is not None
            assert len(found.bank_name) <= 15
            assert len(found.branch_name) <= 15
