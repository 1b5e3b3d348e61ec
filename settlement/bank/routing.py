"""支払経路: how each net of a cycle is paid: offset, transferred, collected or invoiced, and when.

A pure choice from what was agreed: routes, dated accounts, consents to offset, the bank's profile
and the calendar (domain 1.3). What cannot be paid is named, never left out.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from settlement.bank.orders import Account, Debit, DebitBatch, Transfer, TransferBatch
from settlement.bank.profile import (
    Profile,
    Window,
    approval_on,
    debit_due,
    debits_on,
    transfer_due,
)
from settlement.calendar import Cycle, pays_on

Route = Literal["OFFSET_SALES_DEPOSIT", "TRANSFER", "DIRECT_DEBIT", "INVOICE"]
HALF_YEAR_ENDS = frozenset({(3, 31), (9, 30)})
SMALLEST_YEN = 500

Why = Literal[
    "agreed",
    "no-consent",
    "no-payee-account",
    "no-debtor-account",
    "no-route",
    "below-minimum",
    "below-fee",
]
WHY: dict[Why, tuple[str, str]] = {
    "agreed": ("契約のとおり", "as agreed"),
    "no-consent": ("相殺合意がないため", "for want of a consent to offset"),
    "no-payee-account": ("振込先口座がないため支払えません", "no account to pay to is known"),
    "no-debtor-account": ("引落口座がないため", "for want of an account to collect from"),
    "no-route": ("支払経路の定めがないため", "for want of an agreed route"),
    "below-fee": (
        "先方負担の振込手数料に満たないため",
        "no more than the fee that the payee bears",
    ),
    "below-minimum": ("最低額に満たないため次期へ繰越", "too small, carried to the next cycle"),
}


class Net(Struct, frozen=True):
    """What one party gets (+) or owes (−) at a close, under its statement's number."""

    party: str
    yen: int
    statement: str  # also the EDI information of its transfer: at most 20 letters
    customer: str = ""  # 顧客番号 of this debit, if it is not the party's own: at most 20 digits


class Consent(Struct, frozen=True):
    """相殺合意: that a party's net may be set off against the deposit that the holder keeps."""

    debtor: str
    creditor: str
    holder: str
    from_on: date
    to_on: date | None = None

    def covers(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.from_on <= day and (self.to_on is None or day <= self.to_on)


class Agreed(Struct, frozen=True):
    """What is agreed with every party on the day of payment, by the parties' codes."""

    routes: Mapping[str, Route]
    payees: Mapping[str, Account]
    debtors: Mapping[str, Account]
    consents: Mapping[str, Consent]
    customers: Mapping[str, str] = {}  # 顧客番号 of the mandate that each debtor gave
    first_debits: frozenset[str] = frozenset()  # parties never debited before: 新規コード 1
    payee_fees: Mapping[str, int] = {}  # 先方負担: the fee in yen that stays behind of a transfer

    def customer(self, net: Net) -> str:
        """By which number the debtor and its bank know a debit."""
        return net.customer or self.customers.get(net.party, "")


class OffsetLine(Struct, frozen=True):
    """One line of a deposit's payout: the net, with its sign, and who keeps the deposit."""

    party: str
    yen: int
    statement: str
    holder: str
    pays_on: date


class Invoice(Struct, frozen=True):
    """What a party is asked to pay itself, and until when."""

    party: str
    yen: int
    statement: str
    due_on: date
    why: Why


class Held(Struct, frozen=True):
    """A net that is not paid now, and why."""

    party: str
    yen: int
    statement: str
    why: Why

    @property
    def told(self) -> str:
        """In Japanese and in English."""
        return " / ".join(WHY[self.why])


class Plan(Struct, frozen=True):
    """How the nets of a cycle are paid; every net stands in it once."""

    approval_on: date
    pays_on: date
    transfers_until: datetime
    debits_on: date
    debits_until: datetime
    offsets: tuple[OffsetLine, ...]
    transfers: tuple[tuple[str, Transfer], ...]  # by party
    debits: tuple[tuple[str, Debit], ...]
    invoices: tuple[Invoice, ...]
    held: tuple[Held, ...]

    def transfer_batch(self, profile: Profile) -> TransferBatch | None:
        """総合振込 of this cycle, if there is anything to transfer."""
        made = tuple(one for _, one in self.transfers)
        return TransferBatch(profile.originator, self.pays_on, made) if made else None

    def debit_batch(self, profile: Profile) -> DebitBatch | None:
        """口座振替 of this cycle, if there is anything to collect."""
        made = tuple(one for _, one in self.debits)
        return DebitBatch(profile.originator, self.debits_on, made) if made else None


def plan(
    cycle: Cycle,
    nets: Sequence[Net],
    agreed: Agreed,
    profile: Profile,
    window: Window,
    minimum_yen: int = SMALLEST_YEN,
) -> Plan:
    """Every net by its route; below the minimum it is carried, but never over a half year's end."""
    paid = pays_on(cycle)
    debited = debits_on(cycle, profile, window)
    offsets: list[OffsetLine] = []
    transfers: list[tuple[str, Transfer]] = []
    debits: list[tuple[str, Debit]] = []
    invoices: list[Invoice] = []
    held: list[Held] = []
    carries = (cycle.last_on.month, cycle.last_on.day) not in HALF_YEAR_ENDS
    for net in nets:
        if not net.yen:
            continue
        route, why = _route(net, agreed, paid)
        if carries and abs(net.yen) < minimum_yen:
            held.append(_held(net, "below-minimum"))
        elif route == "OFFSET_SALES_DEPOSIT":
            holder = agreed.consents[net.party].holder
            offsets.append(OffsetLine(net.party, net.yen, net.statement, holder, paid))
        elif route == "TRANSFER":
            to, sent_yen = agreed.payees[net.party], net.yen - agreed.payee_fees.get(net.party, 0)
            if sent_yen > 0:
                transfers.append((net.party, Transfer(to, sent_yen, edi=net.statement)))
            else:
                held.append(_held(net, "below-fee"))
        elif route == "DIRECT_DEBIT":
            debits.append((net.party, _debit(net, agreed)))
        elif net.yen < 0:
            invoices.append(Invoice(net.party, -net.yen, net.statement, paid, why))
        else:
            held.append(_held(net, "no-payee-account"))
    return Plan(
        approval_on(cycle, window),
        paid,
        transfer_due(paid, profile),
        debited,
        debit_due(debited, profile),
        tuple(offsets),
        tuple(transfers),
        tuple(debits),
        tuple(invoices),
        tuple(held),
    )


def _route(net: Net, agreed: Agreed, day: date) -> tuple[Route, Why]:
    """Offset where it is agreed and consented to; then a transfer of what a party gets, and a debit
    or an invoice of what it owes."""
    asked = agreed.routes.get(net.party)
    why: Why = "agreed" if asked else "no-route"
    if asked == "OFFSET_SALES_DEPOSIT":
        consent = agreed.consents.get(net.party)
        if consent is not None and consent.covers(day):
            return asked, why
        why = "no-consent"
    if net.yen > 0:
        return ("TRANSFER", why) if net.party in agreed.payees else ("INVOICE", why)
    if asked == "INVOICE" or asked is None:
        return "INVOICE", why
    if net.party in agreed.debtors and agreed.customer(net):
        return "DIRECT_DEBIT", why
    return "INVOICE", why if why == "no-consent" else "no-debtor-account"


def _debit(net: Net, agreed: Agreed) -> Debit:
    new_code = "1" if net.party in agreed.first_debits else "0"
    return Debit(agreed.debtors[net.party], -net.yen, agreed.customer(net), new_code)


def _held(net: Net, why: Why) -> Held:
    return Held(net.party, net.yen, net.statement, why)
