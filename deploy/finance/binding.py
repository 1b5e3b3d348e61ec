"""承認の対象: what an approval would bind, and how it differs from what was approved last."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.sql import statement
from settlement.bank.ageing import Open
from settlement.life import papers
from settlement.life.papers import File, Life, Payment, sha
from settlement.sheet import as_csv, safe

APPROVALS = statement(__file__, "approvals")


class Bound(Struct, frozen=True):
    """What is approved: statements by the hash over their words, payments and files of one plan."""

    sha256: str
    statements: int
    statements_sha256: str
    payments: tuple[Payment, ...]
    files: tuple[File, ...]
    paid_yen: int
    collected_yen: int


class Changed(Struct, frozen=True):
    """A party's payment then and now; `account_moved` where it goes to another account."""

    party: str
    then_yen: int
    now_yen: int
    account_moved: bool

    @property
    def difference_yen(self) -> int:
        """By how many yen it differs."""
        return self.now_yen - self.then_yen


class Since(Struct, frozen=True):
    """What was approved last before this plan, and what differs."""

    cycle: str
    plan: int
    approved_by: str
    changes: tuple[Changed, ...]


async def bound(conn: AsyncConnection, of: Life) -> Bound | None:
    """What an approval of the plan that counts would bind; None before there is one."""
    if of.plan is None:
        return None
    told = await papers.stated(conn, of.cycle_id)
    paid = await papers.payments(conn, of.cycle_id, of.plan)
    sent = await papers.files(conn, of.cycle_id, of.plan)
    moving = [one.yen for one in paid if one.route != "KEPT"]
    return Bound(
        papers.digest(told, paid, sent).hex(),
        len(told),
        sha("".join(sha(one.body.encode()) for one in told).encode()),
        tuple(paid),
        tuple(sent),
        sum(yen for yen in moving if yen > 0),
        -sum(yen for yen in moving if yen < 0),
    )


async def since_last(conn: AsyncConnection, of: Life, now: Sequence[Payment]) -> Since | None:
    """What was approved last before the plan that counts; None where nothing ever was."""
    for one in await rows(conn, APPROVALS, {"cycle_id": of.cycle_id}):
        if (one["cycle_id"], one["plan"]) < (of.cycle_id, of.plan or 0):
            then = await papers.payments(conn, one["cycle_id"], one["plan"])
            name = str(one["cycle_id"])
            return Since(
                f"{name[:4]}-{name[4:6]}-{name[6:]}", one["plan"], one["approved_by"],
                tuple(changes(then, now)),
            )  # fmt: skip
    return None


def changes(then: Iterable[Payment], now: Iterable[Payment]) -> list[Changed]:
    """Party by party, the greatest difference first. Pure."""
    before, after = by_party(then), by_party(now)
    found = [
        Changed(
            party,
            before.get(party, NOTHING)[0],
            after.get(party, NOTHING)[0],
            moved(before.get(party, NOTHING)[1], after.get(party, NOTHING)[1]),
        )
        for party in sorted(before.keys() | after.keys())
    ]
    return sorted(found, key=lambda one: (not one.account_moved, -abs(one.difference_yen)))


Place = tuple[str, ...]  # bank, branch, deposit, number
Paid = tuple[int, frozenset[Place]]
NOTHING: Paid = (0, frozenset())


def moved(then: frozenset[Place], now: frozenset[Place]) -> bool:
    """Whether it goes to an account to which nothing went before."""
    return bool(then and now - then)


def by_party(found: Iterable[Payment]) -> dict[str, Paid]:
    """Each party's yen, and the accounts they go to or come from."""
    yen: Counter[str] = Counter()
    accounts: dict[str, set[Place]] = {}
    for one in found:
        yen[one.party] += one.yen
        accounts.setdefault(one.party, set()).update(places(one))
    return {party: (total, frozenset(accounts[party])) for party, total in yen.items()}


def places(one: Payment) -> list[Place]:
    """The account that a payment goes to or comes from, whatever else its order says."""
    if one.account is None:
        return []
    return [(one.debit.account if one.route == "DIRECT_DEBIT" else one.transfer.to).place]


def payments_sheet(cycle: str, found: Iterable[Any]) -> bytes:
    """The payments as CSV; no account stands in it."""
    head = (
        "期",
        "番号",
        "当事者",
        "単位",
        "円",
        "経路",
        "支払日",
        "状態",
        "決済済み（円）",
        "差異",
    )
    return as_csv(
        head,
        ((cycle, one.reference, safe(one.party), safe(one.unit or ""), one.yen, one.route,
          one.pays_on.isoformat(), one.state, one.settled_yen, safe(one.difference))
         for one in found),
    )  # fmt: skip


def overdue_sheet(found: Iterable[Open]) -> bytes:
    """What is overdue as CSV."""
    head = ("番号", "当事者", "未入金（円）", "期日", "日数", "区分")
    return as_csv(
        head,
        ((one.expected, safe(one.party), one.open_yen, one.due_on.isoformat(), one.days, one.age)
         for one in found),
    )  # fmt: skip
