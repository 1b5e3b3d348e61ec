"""銀行名と支店名: what banks and branches are called, from the package `zengin-code`."""

from functools import cache

from msgspec import Struct, structs
from zengin_code import Bank

from settlement.bank.characters import cut
from settlement.bank.kana import normalise
from settlement.bank.orders import TEST_BANK, Account

LONGEST = 15
NOT_IN_A_BRANCH = str.maketrans(dict.fromkeys("．.・()（）／/", " "))


class Named(Struct, frozen=True):
    """A branch with the half-width names that a file carries, and the names that people read."""

    bank_name: str
    branch_name: str
    bank: str
    branch: str


@cache
def named(bank: str, branch: str) -> Named | None:
    """The names of a bank and its branch; None where one of the codes is not in the list."""
    found = Bank.all.get(bank)
    office = None if found is None else found.branches.get(branch)
    if found is None or office is None:
        return None
    return Named(_kana(found.kana), _kana(office.kana), found.name, office.name)


def bank_is_known(bank: str) -> bool:
    """Whether there is a bank of this code; the test bank is none."""
    return bank != TEST_BANK and bank in Bank.all


@cache
def _kana(name: str) -> str:
    spaced = name.translate(NOT_IN_A_BRANCH)
    return cut(normalise(spaced, "branch").text, LONGEST)


def with_names(account: Account) -> Account:
    """An account with the half-width names of its bank and branch, where the list knows them."""
    found = named(account.bank, account.branch)
    if found is None:
        return account
    return structs.replace(account, bank_name=found.bank_name, branch_name=found.branch_name)


def known(bank: str, branch: str) -> bool | None:
    """Whether a branch is in the list; None where not even its bank is."""
    return named(bank, branch) is not None if bank_is_known(bank) else None
