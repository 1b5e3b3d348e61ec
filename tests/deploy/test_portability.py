"""One command takes everything out; an empty instance that takes it in comes to the same."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from pathlib import Path

import msgspec
import psycopg
import pytest
from click.testing import CliRunner, Result
from psycopg import AsyncConnection

from deploy.cli import main
from deploy.clock import FileClock
from deploy.portability import MANIFEST, NotMoved, hashed
from deploy.settings import Settings
from deploy.take_in import take_in
from deploy.take_out import take_out
from tests.conftest import Given
from tests.deploy.test_deep import sealed_up
from tests.mall import Mall, Shop, serving, settings_for
from tests.office import office
from tests.races.hubs import cloned, hubs, mall_of, until_so

STATEMENTS = "SELECT cycle_id, party_id, body FROM settlement.statements ORDER BY 1, 2"
SEALS = "SELECT * FROM settlement.seals ORDER BY 1"
JOURNAL = "SELECT * FROM federation.journal ORDER BY 1"


class Scene:
    """An instance in which something happened, what it answered, and its export."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings = settings
        self.folder = folder
        self.sold: dict[str, object] = {}
        self.answer = b""
        self.shop: Shop
        self.clock = folder.parent / "clock"


@pytest.fixture(scope="module")
async def scene(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Scene]:
    folder = tmp_path_factory.mktemp("portability")
    with cloned(given.database_url, template, "meguri_test_from") as url:
        made = Scene(settings_for(url, given.redis_url, folder), folder / "export")
        async with serving(made.settings) as mall:
            await trade(made, mall)
        await take_out(url, made.folder, with_secrets=True, now=mall.now)
        yield made


async def trade(made: Scene, mall: Mall) -> None:
    """Sales in two shops, a redemption, a reversal, a cycle closed, and a sale after it."""
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako, taro = await mall.members(2)
    await bakery.sells(hanako, yen=11_000, staff="1007")
    await bookshop.sells(taro, yen=5_500, lines=[{"amount_yen": 5_500, "code": "4901"}])
    await bookshop.accepts(hanako, points=40)
    undone = bookshop.spending(hanako, 7)
    assert (await bookshop.post("/v1/redemptions", **undone)).status == 201
    void = {name: undone[name] for name in ("till", "business_date", "at")}
    answer = await bookshop.post(
        "/v1/reversals", **void, slip="V-1", of=undone["slip"], reason='wrong "card", 取違え'
    )
    assert answer.status == 201, answer
    assert (await mall.close(date(2026, 6, 1))).status in (200, 201)
    made.sold = bakery.sale(hanako, 2_200)
    sold = await bakery.post("/v1/accruals", **made.sold)
    assert sold.status == 201, sold
    made.answer, made.shop = sold.content, bakery
    await sealed_up(mall)


@pytest.fixture
def empty(given: Given, template: str) -> Iterator[str]:
    """An instance that was migrated, and no more."""
    with cloned(given.database_url, template, "meguri_test_to") as url:
        yield url


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as conn:
        return conn.execute(query.encode()).fetchall()


async def meguri(settings: Settings, monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    """The command line, on an instance."""
    for name, value in settings.env().items():
        monkeypatch.setenv(name, value)
    return await asyncio.to_thread(CliRunner().invoke, main, words)


async def test_positions_are_made_anew_elsewhere(
    scene: Scene,
    given: Given,
    empty: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They stay at home; the roller comes to the same from the journal, and again from nothing."""
    there = scene.settings
    settings = settings_for(empty, given.redis_url, tmp_path)
    assert (await meguri(there, monkeypatch, "roll")).exit_code == 0
    await take_in(empty, scene.folder)
    for table in ("positions", "counts"):
        assert rows(empty, f"SELECT * FROM settlement.{table}") == []
    for words in (("roll",), ("roll", "--again")):
        told = await meguri(settings, monkeypatch, *words)
        assert told.exit_code == 0, told.output
        for table in ("positions", "counts", "folded"):
            found = sorted(rows(empty, f"SELECT * FROM settlement.{table}"))
            assert found
            assert found == sorted(rows(there.database_url, f"SELECT * FROM settlement.{table}"))
        checked = await meguri(settings, monkeypatch, "check")
        assert checked.exit_code == 0, checked.output


async def test_a_second_instance_comes_to_the_same_and_serves_on(
    scene: Scene,
    given: Given,
    empty: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = settings_for(empty, given.redis_url, tmp_path)
    told = await meguri(settings, monkeypatch, "import", str(scene.folder))
    assert told.exit_code == 0, told.output
    assert "equal" in told.output
    for query in (STATEMENTS, SEALS, JOURNAL):
        found = rows(empty, query)
        assert found
        assert found == rows(scene.settings.database_url, query)
    again = await take_out(empty, tmp_path / "again", with_secrets=True, now=clock_of(scene))
    before = msgspec.json.decode((scene.folder / MANIFEST).read_bytes())
    assert [one.sha256 for one in again.tables] == [one["sha256"] for one in before["tables"]]
    assert again.totals == before["totals"]
    for words in (("check",), ("check", "--deep")):
        checked = await meguri(settings, monkeypatch, *words)
        assert checked.exit_code == 0, checked.output
    numbered = again.totals["journal_number"]
    async with served(settings, clock_of(scene)) as mall:
        shop = scene.shop
        shop.mall = mall
        stranger = await shop.post("/v1/accruals", **scene.sold)
        assert stranger.slug == "invalid-token", "it signs with keys of its own"
        shop._token = ""
        replay = await shop.post("/v1/accruals", **scene.sold)
        assert (replay.content, replay.headers["idempotent-replayed"]) == (scene.answer, "true")
        assert (await shop.post("/v1/accruals", **{**scene.sold, "slip": "N-1"})).slug == (
            "receipt-already-booked"
        )
        new = {**scene.sold, "slip": "N-2", "receipt_no": "N-2"}
        assert (await shop.post("/v1/accruals", **new)).status == 201
        await sealed_up(mall)
        assert await mall.value("SELECT max(number) FROM federation.journal") == numbered + 1
        assert await mall.broken() == []
    checked = await meguri(settings, monkeypatch, "check", "--deep")
    assert checked.exit_code == 0, checked.output


def clock_of(scene: Scene) -> datetime:
    """What the first instance's clock said last."""
    return FileClock(scene.clock)()


@asynccontextmanager
async def served(settings: Settings, now: datetime) -> AsyncIterator[Mall]:
    """A hub on the imported books, at the hour of the first."""
    clock = Path(settings.clock.removeprefix("file:"))
    FileClock(clock).set(now)
    async with hubs(settings, clock.parent) as [hub], mall_of(settings, hub.url) as mall:
        yield mall


def copied(scene: Scene, folder: Path) -> Path:
    """A copy of the export, to be changed."""
    copy = folder / "copy"
    copy.mkdir()
    for path in scene.folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    return copy


async def test_what_is_not_empty_takes_nothing_in(scene: Scene) -> None:
    with pytest.raises(NotMoved, match="not empty"):
        await take_in(scene.settings.database_url, scene.folder)


async def test_a_folder_that_is_not_empty_is_not_written_over(scene: Scene) -> None:
    with pytest.raises(NotMoved, match="not empty"):
        await take_out(
            scene.settings.database_url, scene.folder, with_secrets=False, now=clock_of(scene)
        )


@pytest.mark.parametrize("change", ["a digit", "a file", "the manifest", "the schema", "a total"])
async def test_an_export_that_was_changed_is_refused_and_leaves_nothing(
    scene: Scene, empty: str, tmp_path: Path, change: str
) -> None:
    copy = copied(scene, tmp_path)
    entries, manifest = copy / "federation.entries.csv", copy / MANIFEST
    stated = msgspec.json.decode(manifest.read_bytes())
    match change:
        case "a digit":
            entries.write_bytes(entries.read_bytes().replace(b"11000", b"12000", 1))
        case "a file":
            entries.unlink()
        case "the manifest":
            manifest.unlink()
        case "the schema":
            stated["migrations"]["0009_other"] = "ab"
            manifest.write_bytes(msgspec.json.encode(stated))
        case "a total":
            stated["totals"]["entries"] += 1
            manifest.write_bytes(msgspec.json.encode(stated))
    with pytest.raises(NotMoved):
        await take_in(empty, copy)
    assert rows(empty, "SELECT FROM federation.members UNION ALL SELECT FROM tenants.terms") == []


async def test_a_forged_row_with_a_forged_hash_is_found_by_the_journal(
    scene: Scene, empty: str, tmp_path: Path
) -> None:
    copy = copied(scene, tmp_path)
    entries, manifest = copy / "federation.entries.csv", copy / MANIFEST
    entries.write_bytes(entries.read_bytes().replace(b"11000", b"12000", 1))
    stated = msgspec.json.decode(manifest.read_bytes())
    for table in stated["tables"]:
        if table["table"] == "federation.entries":
            table["sha256"] = hashed(entries)
    manifest.write_bytes(msgspec.json.encode(stated))
    with pytest.raises(NotMoved, match="was changed"):
        await take_in(empty, copy)
    assert rows(empty, "SELECT FROM federation.members") == []


async def test_secrets_stay_at_home_unless_they_are_asked_for(scene: Scene, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    manifest = await take_out(
        scene.settings.database_url, folder, with_secrets=False, now=clock_of(scene)
    )
    tables = {one.table: one.rows for one in manifest.tables}
    assert tables["auth.clients"] == 0
    assert not {"auth.signing_keys", "federation.pins"} & tables.keys()
    secret = rows(
        scene.settings.database_url, "SELECT encode(secret_sha256, 'hex') FROM auth.clients"
    )
    told = b"".join(path.read_bytes() for path in folder.iterdir())
    assert secret
    assert not any(str(one).encode() in told for (one,) in secret)
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


async def test_who_members_are_stays_at_home_unless_it_is_asked_for(
    given: Given, database: str, empty: str, tmp_path: Path
) -> None:
    settings = settings_for(database, given.redis_url, tmp_path)
    async with serving(settings) as mall:
        hanako, clerk = await mall.member(), await office(mall)
        assert (await clerk.write(hanako, name="金糸雀")).status == 200
        assert (await clerk.add(hanako, phone="0312345678")).status == 201
        now = mall.now
    for personal in (False, True):
        folder = tmp_path / f"export-{personal}"
        await take_out(database, folder, with_secrets=False, now=now, with_personal=personal)
        told = "".join(path.read_text() for path in folder.iterdir())
        assert ("金糸雀" in told, "0312345678" in told) == (personal, personal)
    await take_in(empty, folder)
    assert rows(empty, "SELECT name FROM federation.profiles") == [("金糸雀",)]


async def test_books_that_are_written_to_are_taken_out_as_of_one_instant(
    given: Given, database: str, empty: str, tmp_path: Path
) -> None:
    """The sealer has not seen them all: the second instance gives the rest their numbers."""
    settings = settings_for(database, given.redis_url, tmp_path)
    async with serving(settings) as mall:
        bakery = await mall.shop("bakery")
        members = await mall.members(8)
        done = asyncio.Event()

        async def sell() -> None:
            while not done.is_set():
                for member in members:
                    await bakery.sells(member, yen=1_100)

        selling = asyncio.create_task(sell())
        async with await AsyncConnection.connect(database, autocommit=True) as conn:
            await until_so(conn, "SELECT count(*) >= 40 FROM federation.entries")
        manifest = await take_out(database, tmp_path / "export", with_secrets=False, now=mall.now)
        done.set()
        await selling
    await take_in(empty, tmp_path / "export")
    assert rows(empty, "SELECT count(*) FROM federation.entries") == [(manifest.totals["entries"],)]
    async with served(settings_for(empty, given.redis_url, tmp_path), mall.now) as second:
        await sealed_up(second)
        assert (
            await second.value("SELECT max(number) FROM federation.journal")
            == (manifest.totals["entries"])
        )
