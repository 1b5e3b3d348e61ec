"""What is to be paid or collected, in plain words: accounts, transfers, debits, batches."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

Bank = Annotated[str, Meta(pattern=r"^[0-9]{4}$")]
Branch = Annotated[str, Meta(pattern=r"^[0-9]{3}$")]
Deposit = Annotated[str, Meta(pattern=r"^[12349]$")]  # 普通, 当座, 納税準備, 貯蓄, その他
NewCode = Annotated[str, Meta(pattern=r"^[012]$")]  # その他, 第1回, 変更
AccountNumber = Annotated[str, Meta(pattern=r"^[0-9]{7}$")]
OriginatorCode = Annotated[str, Meta(pattern=r"^[0-9]{10}$")]
Yen = Annotated[int, Meta(ge=1, le=9_999_999_999)]
Ending = Literal["CRLF", "NONE"]

TEST_BANK = "9999"  # given to no bank
DEPOSITS = {
    "1": ("普通", "ordinary"),
    "2": ("当座", "current"),
    "3": ("納税準備", "tax reserve"),
    "4": ("貯蓄", "savings"),
    "9": ("その他", "other"),
}


class Account(Struct, frozen=True):
    """A bank account, with the half-width kana names that files carry."""

    bank: Bank
    branch: Branch
    deposit: Deposit
    number: AccountNumber
    holder: str
    bank_name: str = ""
    branch_name: str = ""

    @property
    def place(self) -> tuple[str, str, str, str]:
        """Where the money goes, whoever is named beside it."""
        return self.bank, self.branch, self.deposit, self.number

    @property
    def masked(self) -> str:
        """As people in Japan are shown it: the number's last three digits only."""
        return self.shown("ja")

    def shown(self, lang: Literal["ja", "en"]) -> str:
        """The same in either language."""
        kind = DEPOSITS[self.deposit][lang == "en"]
        return f"{self.bank}-{self.branch} {kind} ****{self.number[-3:]}"


class Originator(Struct, frozen=True):
    """委託者・振込依頼人: who sends the file, by the code that the bank gave, and its account."""

    code: OriginatorCode
    account: Account


class Transfer(Struct, frozen=True):
    """One payment, named to the payee by a text (EDI情報) or by two numbers (顧客コード)."""

    to: Account
    yen: Yen
    edi: str | None = None
    customer_1: int = 0
    customer_2: int = 0
    new_code: NewCode = "0"


class TransferBatch(Struct, frozen=True):
    """総合振込: the transfers of one day."""

    originator: Originator
    pays_on: date
    transfers: tuple[Transfer, ...]

    @property
    def yen(self) -> int:
        """Their sum."""
        return sum(one.yen for one in self.transfers)


class Debit(Struct, frozen=True):
    """One collection from a debtor's account, known to both by its customer number (顧客番号)."""

    account: Account
    yen: Yen
    customer: str
    new_code: NewCode = "0"
    result: str = "0"


class DebitBatch(Struct, frozen=True):
    """口座振替: the debits of one day."""

    originator: Originator
    debits_on: date
    debits: tuple[Debit, ...]

    @property
    def yen(self) -> int:
        """Their sum."""
        return sum(one.yen for one in self.debits)
