"""One yen that a superuser changes is found, also where the journal was written anew to hide it."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path

import msgspec
import psycopg
import pytest
from click.testing import CliRunner
from psycopg import AsyncConnection

from deploy.cli import main
from deploy.deep import Found, compared
from deploy.heads import HeadsFile, HeadsKey, read
from deploy.settings import Settings
from federation import journal
from federation.checks import broken
from federation.journal_hash import FORMAT, hashed, link
from settlement.anchors import header_of
from tests.conftest import Given
from tests.mall import Mall, Member, Shop, serving, settings_for
from tests.races.hubs import cloned, until_so

ALL_NUMBERED = """
SELECT NOT EXISTS (
    SELECT FROM federation.entries
    LEFT JOIN federation.journal USING (member_id, entry_id, booked_at)
    WHERE number IS NULL
)
"""
SAFE = "ALTER TABLE federation.journal DISABLE TRIGGER stays"
Tamper = Callable[[AsyncConnection], Awaitable[object]]


class Scene:
    """The books of two days and the file that their heads were signed into."""

    def __init__(self, conn: AsyncConnection, settings: Settings, sealed: Path) -> None:
        self.conn = conn
        self.settings = settings
        self.sealed = sealed
        self.file = Path(settings.heads or "")
        self.key = HeadsKey(settings.secret)

    async def look(self, file: Path | None = None) -> Found:
        """What the deep check says."""
        row = await (
            await self.conn.execute("SELECT max(booked_at) FROM federation.entries")
        ).fetchone()
        assert row is not None
        now = row[0] + timedelta(hours=1)
        return await compared(self.conn, now, file or self.file, self.key, [self.sealed])

    async def found(self, tamper: Tamper) -> list[str]:
        """What is said of a tampering, which is then undone."""
        try:
            async with self.conn.transaction():
                await self.conn.execute(SAFE)
                await tamper(self.conn)
                said = [str(one) for one in (await self.look()).differences]
                said += [one.promise for one in await broken(self.conn)]
                raise Undone
        except Undone:
            return said


class Undone(Exception):
    """The tampering is rolled back."""


@pytest.fixture(scope="module")
async def scene(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Scene]:
    folder = tmp_path_factory.mktemp("deep")
    with cloned(given.database_url, template, "meguri_test_deep") as url:
        settings = settings_for(url, given.redis_url, folder)
        async with serving(settings) as mall:
            sealed = await traded(mall, folder)
        async with await AsyncConnection.connect(url, autocommit=True) as conn:
            yield Scene(conn, settings, sealed)


async def traded(mall: Mall, folder: Path) -> Path:
    """A cycle of sales, redemptions and a reversal, closed; then one day more. Its sealed file."""
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    members = await mall.members(4)
    for day in range(3):
        for number, member in enumerate(members):
            yen = 11_000 + 110 * number
            await bakery.sells(member, yen, lines=[{**LINE, "amount_yen": yen}])
            await bookshop.accepts(member, points=30 + day)
            await bookshop.sells_for_points(member, points=5, yen=2_200)
        undone = bookshop.spending(members[0], 7)
        assert (await bookshop.post("/v1/redemptions", **undone)).status == 201
        void = {name: undone[name] for name in ("till", "business_date", "at")}
        answer = await bookshop.post(
            "/v1/reversals", **void, slip=f"V-{day}", of=undone["slip"], reason="wrong card"
        )
        assert answer.status == 201, answer
        await returned_short(bakery, bookshop, await mall.member())
        await sealed_up(mall)
        await mall.turn_to(mall.today + timedelta(days=1))
    closed = await mall.close(date(2026, 6, 1))
    assert closed.status in (200, 201), closed
    file = await (await mall.operator()).get("/v1/settlement/cycles/2026-06-01/seal")
    (folder / "sealed.ndjson").write_bytes(file.content)
    await bakery.sells(members[0], yen=1_100)
    await sealed_up(mall)
    return folder / "sealed.ndjson"


async def returned_short(bakery: Shop, bookshop: Shop, member: Member) -> None:
    """Goods come back whose points were spent elsewhere."""
    sold = await bakery.sells(member, 11_000)
    await bookshop.accepts(member, points=100)
    asked = {name: text for name, text in bakery.asked(member).items() if name != "card"}
    back = await bakery.post("/v1/returns", **asked, of=sold["slip"], returned_yen=11_000)
    assert (back.status, back.json["shortage_points"]) == (201, 100)


LINE = {"code": "a", "tax_rate": 8}


@asynccontextmanager
async def owner_of(mall: Mall) -> AsyncIterator[AsyncConnection]:
    async with await AsyncConnection.connect(
        mall.hub.settings.database_url, autocommit=True
    ) as conn:
        yield conn


async def sealed_up(mall: Mall) -> None:
    """Wait for the sealer."""
    async with owner_of(mall) as conn:
        await until_so(conn, ALL_NUMBERED)


async def test_sound_books_differ_in_nothing(scene: Scene) -> None:
    found = await scene.look()
    assert found.differences == []
    assert [head.day_on.day for head in await journal.heads(scene.conn)] == [3, 4, 5]
    lines = read(scene.file)
    assert [msgspec.json.decode(line)["day"] for line in lines] == [
        "2026-06-03",
        "2026-06-04",
        "2026-06-05",
    ]
    header = header_of(scene.sealed.read_bytes())
    assert header is not None
    assert header.journal


def one_yen(table: str, column: str, by: int = 1) -> Tamper:
    async def tamper(conn: AsyncConnection) -> None:
        changed = await conn.execute(
            f"UPDATE federation.{table} SET {column} = {column} + {by} WHERE ctid = ("
            f" SELECT ctid FROM federation.{table} WHERE {column} IS NOT NULL LIMIT 1)"
            f" AND tableoid = (SELECT tableoid FROM federation.{table}"
            f" WHERE {column} IS NOT NULL LIMIT 1)".encode()
        )
        assert changed.rowcount == 1

    return tamper


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("entries", "points"),
        ("entries", "paid_yen"),
        ("draws", "points"),
        ("lots", "points"),
        ("shortages", "points"),
    ],
)
async def test_one_yen_is_found(scene: Scene, table: str, column: str) -> None:
    found = await scene.found(one_yen(table, column))
    assert any("was changed" in one for one in found), found


async def test_an_entry_that_is_taken_out_is_found(scene: Scene) -> None:
    async def tamper(conn: AsyncConnection) -> None:
        await conn.execute("DELETE FROM federation.entries WHERE entry_id = 3")

    assert any("entry 3" in one and "gone" in one for one in await scene.found(tamper))


async def test_what_is_put_in_behind_the_sealer_s_back_is_found(scene: Scene) -> None:
    async def tamper(conn: AsyncConnection) -> None:
        await conn.execute(
            "INSERT INTO federation.draws SELECT (jsonb_populate_record(draws, jsonb_build_object("
            "'entry_id', 1, 'booked_at', booked_at + interval '1 second'))).* FROM federation.draws"
            " LIMIT 1"
        )
        await conn.execute(
            "INSERT INTO federation.entries SELECT (jsonb_populate_record(entries,"
            " jsonb_build_object('entry_id', 999999))).* FROM federation.entries LIMIT 1"
        )

    found = await scene.found(tamper)
    assert any("a draw belongs to no entry" in one for one in found), found
    assert any("an entry has no number" in one for one in found), found


async def forge(conn: AsyncConnection, put_in: str, number: int) -> None:
    """Change the books, then write the journal anew from a number on, as if it had been so."""
    await conn.execute(put_in.encode())
    rows = await (
        await conn.execute(
            "SELECT number, member_id, entry_id, booked_at FROM federation.journal ORDER BY number"
        )
    ).fetchall()
    chain = await journal.chain_at(conn, number - 1) or bytes(32)
    for row in rows[number - 1 :]:
        asked = {"asked": journal.json([journal.Named(*row[1:])]), "whole": True}
        told = await (await conn.execute(journal.MOVED, asked)).fetchone()
        assert told is not None
        new = hashed(told[0])
        chain = link(chain, new)
        await conn.execute(
            "UPDATE federation.journal SET hash = %s, chain = %s, format = %s WHERE number = %s",
            [new, chain, FORMAT, row[0]],
        )


async def test_a_forged_entry_with_a_forged_journal_is_found_by_what_left_the_database(
    scene: Scene,
) -> None:
    put_in = (
        "UPDATE federation.entries SET entry_id = 999999, points = points + 1"
        " WHERE entry_id = (SELECT entry_id FROM federation.journal WHERE number = 2);"
        "UPDATE federation.journal SET entry_id = 999999 WHERE number = 2"
    )

    async def tamper(conn: AsyncConnection) -> None:
        await forge(conn, put_in, 1)

    found = await scene.found(tamper)
    for said in ("signed head", "head of the day", "sealed file 20260601", "sealed file sealed"):
        assert any(said in one for one in found), (said, found)
    assert not any("changed" in one or "chain is broken" in one for one in found)


async def test_heads_in_the_database_that_were_forged_too_are_found_by_the_signed_file(
    scene: Scene,
) -> None:
    async def tamper(conn: AsyncConnection) -> None:
        await forge(conn, "UPDATE federation.entries SET paid_yen = 1 WHERE entry_id = 1", 1)
        await conn.execute("ALTER TABLE federation.heads DISABLE TRIGGER stays")
        await conn.execute(
            "UPDATE federation.heads SET chain = journal.chain FROM federation.journal"
            " WHERE journal.number = heads.number"
        )
        await conn.execute("DELETE FROM settlement.pieces")

    found = await scene.found(tamper)
    assert sum("signed head" in one for one in found) == 3
    assert not any("head of the day" in one for one in found)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: lines[:1] + lines[2:], "does not follow from the line before"),
        (lambda lines: [lines[0].replace(b'"number":', b'"number":1'), *lines[1:]], "signature"),
        (lambda lines: [*lines, b"{}"], "not in the form"),
        (lambda lines: lines[1:], "does not follow"),
    ],
)
async def test_a_line_of_the_signed_heads_that_was_changed_is_named(
    scene: Scene, tmp_path: Path, change: Callable[[list[bytes]], list[bytes]], said: str
) -> None:
    copy = tmp_path / "heads.ndjson"
    copy.write_bytes(b"\n".join(change(read(scene.file))) + b"\n")
    found = await scene.look(copy)
    assert any(said in one.en for one in found.differences)


async def test_the_signed_heads_go_on_after_a_crash_in_the_middle_of_a_line(
    scene: Scene, tmp_path: Path
) -> None:
    whole = scene.file.read_bytes()
    copy = HeadsFile(tmp_path / "heads.ndjson", scene.settings.secret)
    copy.path.write_bytes(whole[:-40])
    copy.append(await journal.heads(scene.conn, copy.last_day()))
    assert (await scene.look(copy.path)).differences == []
    assert len(read(copy.path)) == 3
    other = HeadsKey("another secret")
    assert [one.en for one in (await scene.look()).differences] == []
    scene.key, ours = other, scene.key
    try:
        assert len((await scene.look()).differences) == 3
    finally:
        scene.key = ours


COLUMNS = {
    "entries": ["points", "paid_yen", "excluded_yen", "shop_id", "cycle_id", "tenant_id"],
    "draws": ["points", "funder_id", "shop_id", "lot_part", "cycle_id", "scheme_id"],
    "lots": ["points", "points_left", "funder_id", "shop_id", "scheme_id"],
    "wallets": ["points"],
    "journal": ["number", "member_id", "entry_id"],
}


async def test_a_hundred_random_tampers_are_all_found(scene: Scene) -> None:
    chance = random.Random(20_260_603)
    done, missed = 0, []
    while done < 100:
        table = chance.choice(list(COLUMNS))
        column, by = chance.choice(COLUMNS[table]), chance.choice([1, 7, 1_000])
        change = f"UPDATE federation.{table} SET {column} = {column} + {by}"
        if chance.random() < 0.2:
            change = f"DELETE FROM federation.{table}"
        row = f"SELECT tableoid, ctid FROM federation.{table} WHERE {column} IS NOT NULL"
        at = f"{row} ORDER BY md5(ctid::text || '{chance.random()}') LIMIT 1"

        async def tamper(conn: AsyncConnection, tampering: str = change, at: str = at) -> None:
            await conn.execute("SET LOCAL session_replication_role = replica")
            changed = await conn.execute(f"{tampering} WHERE (tableoid, ctid) = ({at})".encode())
            assert changed.rowcount == 1

        try:
            found = await scene.found(tamper)
        except psycopg.errors.IntegrityError:
            continue  # a law of the database forbade it
        done += 1
        if not found:
            missed.append(change)
    assert missed == []


async def test_the_command_names_what_differs_and_ends_with_1(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in scene.settings.env().items():
        monkeypatch.setenv(name, value)

    sound = await asyncio.to_thread(CliRunner().invoke, main, ["check", "--deep"])
    assert sound.exit_code == 0, sound.output
    assert "公開鍵" in sound.output
    await scene.conn.execute(
        "UPDATE federation.entries SET paid_yen = paid_yen + 1 WHERE entry_id = 1"
    )
    try:
        told = await asyncio.to_thread(CliRunner().invoke, main, ["check", "--deep"])
    finally:
        await scene.conn.execute(
            "UPDATE federation.entries SET paid_yen = paid_yen - 1 WHERE entry_id = 1"
        )
    assert told.exit_code == 1
    assert "entry 1 · 日 day 2026-06-03" in told.output
    assert "書き換えられています" in told.output
