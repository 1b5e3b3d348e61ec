"""Random mornings: what points do in a cycle, what was agreed, what is disputed afterwards."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from hypothesis import strategies as st
from psycopg.errors import UniqueViolation

from federation.days import TOKYO
from federation.shares import largest_remainder
from settlement.life.disputes import Decision, decide
from tests.settlement.conftest import FIRST, Books

DAYS = [
    (FIRST, date(2026, 6, 15)),
    (date(2026, 6, 16), date(2026, 6, 30)),
    (date(2026, 7, 1), date(2026, 7, 15)),
]
RULES = ("base", "base", "campaign:x", "rank:premium")


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
    shares: Mapping[str, int] = {"tenant": 1}  # who pays for the shop's own base points


# Who pays for base points, in the order in which ties are theirs.
ORDER = ("facility", "operator", "promotion", "tenant")
SHARES = (
    {"tenant": 1},
    {"tenant": 1, "facility": 1},
    {"tenant": 1, "facility": 1, "promotion": 1},
    {"tenant": 3, "operator": 2, "facility": 1},
    {"promotion": 1},
)

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
    shares=st.sampled_from(SHARES),
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


def base(step: Step) -> list[tuple[int, str, str]]:
    """The shop's own points of a sale, carved among who pays for them."""
    words = [word for word in ORDER if word in step.shares]
    carved = largest_remainder(step.points % 41 + 1, [step.shares[word] for word in words])
    codes = {"tenant": step.shop, "facility": "takamatsu"}
    return [(n, codes.get(word, word), "base") for word, n in zip(words, carved, strict=True) if n]


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
        lots = [(step.points, funder, step.rule), *base(step)]
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


def number(cycle: int) -> int:
    """A cycle's number, by its place among these."""
    return int(f"{DAYS[cycle][0]:%Y%m%d}")
