"""Whatever points do, and whatever was agreed: three cycles in a row, closed by the hub in a real
database, come to what anybody computes from their sealed files, to the yen and to the carry.

`MEGURI_CYCLES=500 pytest tests/settlement/test_random_cycles.py` tries that many mornings.
"""

import asyncio
import os
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import given as whatever
from hypothesis import strategies as st
from psycopg import AsyncConnection, sql

from federation.days import TOKYO
from settlement import agreeing
from settlement.checks import broken
from settlement.close import close
from settlement.refusals import PromiseBroken
from settlement.schemes import Offer
from settlement.verify import examine, verify
from tenants.layout import Why
from tests.conftest import Given
from tests.settlement.conftest import Books, lay_out
from tests.settlement.mornings import (
    DAYS,
    OPENING,
    Objected,
    Step,
    Story,
    mornings,
    number,
    objects,
    offers,
    ruled,
)
from tests.settlement.recompute import read, recompute, recompute_splits, stated_splits
from tests.settlement.test_verify import stated

EXAMPLES = int(os.environ.get("MEGURI_CYCLES", "4"))
SCHEMES = {
    2: ("at-issue", "PROMO_FUND"),
    3: ("at-issue", "HUB_REVENUE"),
    4: ("at-issue", "RETURN_TO_FUNDER"),
    5: ("redeemer-bears", "PROMO_FUND"),
}
WHY = Why("test", "a random morning")
FLIPS = 4
flips = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)),
                 min_size=FLIPS, max_size=FLIPS)  # fmt: skip


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
