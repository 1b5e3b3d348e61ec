"""Whatever points do, and whatever was agreed: three cycles in a row, closed by the hub in a real
database, come to what anybody computes from their sealed files, to the yen and to the carry.

`MEGURI_CYCLES=500 pytest tests/settlement/test_random_cycles.py` tries that many mornings.
"""

import asyncio
import os
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import given as whatever
from hypothesis import strategies as st
from psycopg import AsyncConnection, sql
from psycopg.errors import UniqueViolation

from federation.days import TOKYO
from settlement import agreeing
from settlement.checks import broken
from settlement.close import close
from settlement.life.disputes import Decision, decide
from settlement.refusals import PromiseBroken
from settlement.schemes import Offer
from settlement.verify import examine, verify
from tenants.layout import Why
from tests.conftest import Given
from tests.settlement.conftest import FIRST, Books, lay_out
from tests.settlement.recompute import read, recompute, recompute_splits, stated_splits
from tests.settlement.test_verify import stated

EXAMPLES = int(os.environ.get("MEGURI_CYCLES", "4"))
DAYS = [
    (FIRST, date(2026, 6, 15)),
    (date(2026, 6, 16), date(2026, 6, 30)),
    (date(2026, 7, 1), date(2026, 7, 15)),
]
SCHEMES = {
    2: ("at-issue", "PROMO_FUND"),
    3: ("at-issue", "HUB_REVENUE"),
    4: ("at-issue", "RETURN_TO_FUNDER"),
    5: ("redeemer-bears", "PROMO_FUND"),
}
RULES = ("base", "base", "campaign:x", "rank:premium")
WHY = Why("test", "a random morning")
FLIPS = 4


class Step(NamedTuple):
    """One thing that happens: what, at whose shop, with how many points, of which lot."""

    what: str
    shop: str
    points: int
    which: int
    rule: str
    funder: str
    scheme: int
    day: int
    late: bool


# What there is to draw from, whatever happens then.
OPENING = (
    Step("grant", "a", 700, 0, "base", "own", 2, 0, False),
    Step("grant", "b", 450, 0, "campaign:x", "takamatsu", 1, 1, False),
    Step("grant", "c", 90, 0, "base", "operator", 4, 2, False),
    Step("grant", "a", 300, 0, "rank:premium", "own", 1, 3, False),
)


class Lot(NamedTuple):
    """A lot that was granted."""

    entry: int
    part: int
    funder: str
    rule: str


KINDS = "grant use use restore recover cover cover lapse short undo change"


class Objected(NamedTuple):
    """A line of the cycle before is disputed: which, how much of it, and what is decided."""

    which: int
    percent: int
    upheld: bool
    change: int | None


disputes_made = st.lists(
    st.builds(
        Objected,
        which=st.integers(0, 40),
        percent=st.one_of(st.just(100), st.integers(1, 99)),
        upheld=st.booleans(),
        change=st.one_of(st.none(), st.integers(-900, 900)),
    ),
    max_size=3,
)
steps = st.builds(
    Step,
    what=st.sampled_from(KINDS.split()),
    shop=st.sampled_from("abc"),
    points=st.one_of(st.integers(1, 3), st.integers(1, 700)),
    which=st.integers(0, 5),
    rule=st.sampled_from(RULES),
    funder=st.sampled_from(["own", "own", "operator", "takamatsu", "b"]),
    scheme=st.integers(1, 5),
    day=st.integers(0, 14),
    late=st.booleans(),
)
fees = st.one_of(st.none(), st.just(0), st.integers(1, 3_000))
yen = st.one_of(st.none(), st.integers(0, 2_000))
offers = st.fixed_dictionaries(
    {
        "party": st.sampled_from([None, "a", "b", "takamatsu"]),
        "from_on": st.sampled_from([date(2026, 1, 1), date(2026, 6, 10), date(2026, 6, 30)]),
        "point_fee_milliyen": fees,
        "redeem_fee_bp": fees,
        "monthly_fee_yen": yen,
        "terminal_fee_yen": yen,
        "minimum_yen": st.sampled_from([None, 0, 2, 500, 10_000]),
        "prorated": st.sampled_from([None, False, True]),
        "net_level": st.sampled_from([None, "SHOP", "ENTITY", "ENTITY_FACILITY"]),
        "left_on": st.sampled_from([None, date(2026, 6, 20), date(2026, 5, 31)]),
    }
)
mornings = st.lists(st.lists(steps, max_size=9), min_size=3, max_size=3)
ruled = st.lists(disputes_made, min_size=3, max_size=3)
flips = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)),
                 min_size=FLIPS, max_size=FLIPS)  # fmt: skip


class Story:
    """Turns steps into books: what cannot be is left out."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.left: dict[Lot, int] = {}
        self.used: list[tuple[Lot, str, int]] = []
        self.shorts: list[tuple[int, str]] = []

    async def happens(self, step: Step, cycle: int) -> None:
        """One step, in a cycle; a late one bears a day before it."""
        first_on = DAYS[cycle][0]
        on = (
            first_on + timedelta(step.day) if not (step.late and cycle) else first_on - timedelta(1)
        )
        booked = on if on >= first_on else first_on + timedelta(3)  # once the one before is shut
        stamp = {
            "on": on,
            "cycle": first_on.year * 10_000 + first_on.month * 100 + first_on.day,
            "booked_at": datetime.combine(booked, time(12), TOKYO),
        }
        await getattr(self, step.what)(step, stamp)
        if step.shop == "a" and step.which % 2:
            await self.moves_to_the_second_shop()

    async def moves_to_the_second_shop(self) -> None:
        """What was booked last at A happened in its other shop, if it was at A."""
        for table in ("entries", "lots", "draws"):
            await self.books.put(
                f"UPDATE federation.{table} SET shop_id = 999 WHERE shop_id = %s"
                " AND entry_id = (SELECT max(entry_id) FROM federation.entries)",
                self.books.parties["a"],
            )  # fmt: skip

    async def grant(self, step: Step, stamp: dict[str, Any]) -> None:
        funder = step.shop if step.funder == "own" else step.funder
        lots = [(step.points, funder, step.rule), (step.points % 5 + 1, step.shop, "base")]
        entry = await self.books.entry("accrual", step.shop, lots=lots, scheme=step.scheme, **stamp)
        for part, (points, who, rule) in enumerate(lots):
            self.left[Lot(entry, part, who, rule)] = points

    def some(self, step: Step) -> tuple[Lot, int] | None:
        """A lot with something in it, and how much of it to take."""
        full = [lot for lot, left in self.left.items() if left]
        if not full:
            return None
        lot = full[step.which % len(full)]
        return lot, min(self.left[lot], step.points)

    async def take(self, kind: str, step: Step, stamp: dict[str, Any]) -> tuple[Lot, int] | None:
        """An entry of a kind that draws from one lot."""
        found = self.some(step)
        if found is not None:
            lot, points = found
            draws = [(points, lot.entry, lot.part)]
            await self.books.entry(kind, step.shop, draws=draws, **stamp)
            self.left[lot] -= points
        return found

    async def use(self, step: Step, stamp: dict[str, Any]) -> None:
        found = await self.take("redemption", step, stamp)
        if found is not None:
            self.used.append((found[0], step.shop, found[1]))

    async def restore(self, step: Step, stamp: dict[str, Any]) -> None:
        if self.used:
            lot, shop, points = self.used.pop(step.which % len(self.used))
            draws = [(-points, lot.entry, lot.part)]
            await self.books.entry("return", shop, draws=draws, **stamp)
            self.left[lot] += points

    async def recover(self, step: Step, stamp: dict[str, Any]) -> None:
        await self.take("return", step, stamp)

    async def lapse(self, step: Step, stamp: dict[str, Any]) -> None:
        await self.take("lapse", step, stamp)

    async def cover(self, step: Step, stamp: dict[str, Any]) -> None:
        """A return takes one funder's points for another's grant (返品充当)."""
        funder = step.shop if step.funder == "own" else step.funder
        if await self.take("return", step, stamp) is not None:
            await self.books.put(
                "UPDATE federation.draws SET for_funder_id = %s, for_rule = %s"
                " WHERE entry_id = (SELECT max(entry_id) FROM federation.entries)",
                self.books.parties[funder], step.rule,
            )  # fmt: skip

    async def short(self, step: Step, stamp: dict[str, Any]) -> None:
        """A return that finds too little: the shop keeps it from the refund."""
        funder = step.shop if step.funder == "own" else step.funder
        await self.take("return", step, stamp)
        entry = await self.books.entry("return", step.shop, **stamp)
        await self.books.put(
            "INSERT INTO federation.shortages (member_id, entry_id, part, tenant_id, shop_id,"
            " funder_id, rule, scheme_id, met, points, cycle_id, booked_at)"
            " VALUES (1, %s, 0, %s, %s, %s, %s, %s, 'deducted', %s, %s, %s)",
            entry, self.books.parties[step.shop], self.books.parties[step.shop],
            self.books.parties[funder], step.rule, step.scheme, step.points, stamp["cycle"],
            stamp["booked_at"],
        )  # fmt: skip
        self.shorts.append((entry, step.shop))

    async def change(self, step: Step, stamp: dict[str, Any]) -> None:
        """What is left of a lot goes to another scheme (移行精算)."""
        found = self.some(step)
        if found is not None:
            lot, points = found
            lots, draws = [(points, lot.funder, lot.rule)], [(points, lot.entry, lot.part)]
            entry = await self.books.entry(
                "changeover", "operator", lots=lots, draws=draws, scheme=step.scheme, **stamp
            )
            self.left[lot] -= points
            self.left[Lot(entry, 0, lot.funder, lot.rule)] = points

    async def undo(self, step: Step, stamp: dict[str, Any]) -> None:
        """Such a return is reversed."""
        if self.shorts:
            entry, shop = self.shorts.pop(step.which % len(self.shorts))
            undoing = await self.books.entry("reversal", shop, **stamp)
            await self.books.put(
                "UPDATE federation.entries SET of_entry_id = %s WHERE entry_id = %s", entry, undoing
            )
            await self.books.put(
                "UPDATE federation.shortages SET undone = true WHERE entry_id = %s", entry
            )


@pytest.fixture(scope="module")
def laid_out(given: Given, template: str) -> Iterator[str]:
    """Books with nothing in them and every scheme, to be copied for each morning."""
    name = f"meguri_cycles_{os.getpid()}"
    with psycopg.connect(given.database_url, autocommit=True) as conn:
        ours = sql.Identifier(name)
        conn.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(ours, sql.Identifier(template))
        )
        asyncio.run(prepare(given.database(name)))
        yield name
        conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(ours))


async def prepare(url: str) -> None:
    """Parties, calendar and schemes."""
    async with await AsyncConnection.connect(url, autocommit=True) as owner:
        books = Books(url, owner)
        await lay_out(books)
        for scheme_id, (funding, breakage) in SCHEMES.items():
            await books.put(
                "INSERT INTO tenants.schemes"
                " (scheme_id, funding, breakage, from_on, author, reason)"
                " VALUES (%s, %s, %s, %s, 'test', 'a story')",
                scheme_id, funding, breakage, date(2020, 4, scheme_id),
            )  # fmt: skip
        await books.party("tokushima", "facility")
        tokushima, facility = books.parties["tokushima"], books.parties["takamatsu"]
        for one in (tokushima, facility):
            await books.put("INSERT INTO tenants.facilities VALUES (%s, '2020-04-01')", one)
        await books.put("UPDATE tenants.shops SET facility_id = %s WHERE code = 'a-1'", tokushima)
        await books.put(
            "INSERT INTO tenants.shops"
            " (shop_id, tenant_id, facility_id, code, name, name_en, trade)"
            " VALUES (999, %s, %s, 'a-2', 'a 二号店', 'a second shop', 'any')",
            books.parties["a"], facility,
        )  # fmt: skip
        for party, tills in (("a", 2), ("b", 1)):
            for till in range(tills):
                await books.put(
                    "INSERT INTO tenants.tills (tenant_id, till, shop_id)"
                    " SELECT party_id, %s, party_id FROM tenants.parties WHERE code = %s",
                    f"T0{till}", party,
                )  # fmt: skip


LINES = """
SELECT lines.party_id, lines.code, lines.original, lines.yen FROM settlement.lines
INNER JOIN tenants.parties USING (party_id)
WHERE cycle_id = %s AND parties.kind IN ('tenant', 'facility') AND lines.yen <> 0
    AND lines.code NOT IN (402, 900) AND lines.of_cycle_id IS NULL
ORDER BY lines.party_id, lines.code, lines.original
"""


async def objects(books: Books, cycle: int, asked: Objected) -> None:
    """Dispute a line of a sealed cycle, and decide at once: it stands in the next one."""
    lines = await books.ask(LINES, number(cycle))
    if not lines:
        return
    party_id, code, original, whole = lines[asked.which % len(lines)]
    yen = int(str(whole))
    held = max(abs(yen) * asked.percent // 100, 1) * (1 if yen > 0 else -1)
    dispute = f"d_{next(books.numbers):016x}"
    try:
        await books.put(
            "INSERT INTO settlement.disputes (dispute_id, cycle_id, party_id, code, original, yen,"
            " reason, evidence, opened_by, opened_at, deadline_on) VALUES (%s, %s, %s, %s, %s, %s,"
            " '-', '-', 'c_party', '2026-06-20', '2026-06-30')",
            dispute, number(cycle), party_id, code, original, held,
        )  # fmt: skip
    except UniqueViolation:
        return
    change = (asked.change or None) if asked.upheld else None
    ruling = Decision("upheld" if asked.upheld else "rejected", "-", change)
    async with books.role("worker") as worker:
        await decide(worker, dispute, ruling, "c_judge", datetime(2026, 6, 20, tzinfo=TOKYO))


async def closes(
    url: str,
    morning: list[list[Step]],
    agreed: list[dict[str, Any]],
    disputed: list[list[Objected]],
    folder: Path,
) -> list[bytes]:
    """Book and close three cycles; each is what anybody computes. The last file."""
    async with await AsyncConnection.connect(url, autocommit=True) as owner:
        books = Books(url, owner)
        found = await books.ask("SELECT code, party_id FROM tenants.parties")
        books.parties = {str(code): int(str(party_id)) for code, party_id in found}
        async with books.role("worker") as worker:
            for said in agreed:
                async with worker.transaction():
                    mine = {**said, "left_on": said["left_on"] if said["party"] else None}
                    now = datetime(2026, 6, 1, tzinfo=TOKYO)
                    await agreeing.agree(worker, Offer(**mine), WHY, now)
        story, before = Story(books), None
        for step in OPENING:
            await story.happens(step, 0)
        for cycle, happened in enumerate(morning):
            for step in happened:
                await story.happens(step, cycle)
            before = await comes_to_the_same(books, cycle, before, folder / "sealed")
            for asked in disputed[cycle]:
                await objects(books, cycle, asked)
        assert await broken(owner) == []
        return await books.file(number(cycle))


def number(cycle: int) -> int:
    return int(f"{DAYS[cycle][0]:%Y%m%d}")


async def comes_to_the_same(books: Books, cycle: int, before: Any, path: Path) -> Any:
    """Close a cycle; its file verifies, and other hands compute its statements and its carries."""
    now = datetime.combine(DAYS[cycle][1] + timedelta(3), time(12), TOKYO)
    try:
        done = await close(books.closing, number(cycle), "c_tester", now)
    except PromiseBroken as refused:
        raise AssertionError(refused.extra) from refused
    assert await close(books.closing, number(cycle), "c_other", now + timedelta(1)) == done
    file = await books.file(number(cycle))
    seal, carries = (before.seal, before.carried_out) if before else (None, None)
    verdict = examine(file, done.seal, seal, carries)
    assert verdict.faults == ()
    computed, same, netted = by_other_hands(b"".join(file), path)
    assert computed == same
    totals = {party: lines[-1][4] for party, lines in computed.items()}
    assert sum(yen or 0 for yen in totals.values()) == 0
    assert await books.nets(number(cycle)) == {party: yen for party, yen in totals.items() if yen}
    assert netted == totals
    return verdict


def by_other_hands(file: bytes, path: Path) -> tuple[Any, Any, dict[str, int]]:
    """The statements as others compute them, and as the file has them; and its nets."""
    path.write_bytes(file)
    nets = {row["party"]: row["yen"] for row in read(path) if row["type"] == "net"}
    assert recompute_splits(path) == stated_splits(path)
    return recompute(path), stated(path), nets


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    # A morning takes a second or two, and finding a shorter one an hour.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@whatever(mornings, st.lists(offers, max_size=5), ruled, flips)
def test_a_random_cycle_comes_to_what_anybody_computes(
    given: Given,
    laid_out: str,
    tmp_path: Path,
    morning: list[list[Step]],
    agreed: list[dict[str, Any]],
    disputed: list[list[Objected]],
    changes: list[tuple[float, int]],
) -> None:
    """And whatever byte of its file is changed, the verifier finds it."""
    name = sql.Identifier(f"{laid_out}_copy")
    with psycopg.connect(given.database_url, autocommit=True) as conn:
        copied = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, sql.Identifier(laid_out))
        conn.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        conn.execute(copied)
        copy = given.database(f"{laid_out}_copy")
        file = asyncio.run(closes(copy, morning, agreed, disputed, tmp_path))
        conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
    whole = b"".join(file)
    assert verify(file) == []
    for place, other in changes:
        changed = bytearray(whole)
        changed[int(place * len(whole))] ^= other
        assert verify(bytes(changed).splitlines(keepends=True)), int(place * len(whole))
