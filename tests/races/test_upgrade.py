"""Two versions serve one database while it is migrated, and no till notices."""

import asyncio
import itertools
import json
import os
import signal
import subprocess
import sys
import tarfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
import pytest

from auth.clients import Registered
from deploy.migrate import FOLDER, migrate
from deploy.settings import Settings
from federation.days import TOKYO
from tests.conftest import Given
from tests.mall import BEGIN, Mall, Member, Shop, settings_for
from tests.races.hubs import (
    ROOT,
    Asks,
    HubProcess,
    cloned,
    mall_of,
    once,
    through,
    ties,
    until,
)

EMPTY = "template0"
# Run in the older tree: its own words for what it lays out.
LAYS_OUT = """
import asyncio, json, os, sys
from deploy.settings import settings
from tests.races.hubs import lay_out, mall_of

async def main():
    async with mall_of(settings(os.environ), sys.argv[1]) as mall:
        await lay_out(mall)
        shops = await mall.shops("bakery", "bookshop")
        members = await mall.members(6)
        print(json.dumps({
            "shops": [[s.client_id, s._secret, s.tenant, s.shop_id, s.tenant_id] for s in shops],
            "members": [[m.member_id, m.card] for m in members],
        }))

asyncio.run(main())
"""
ENOUGH = 60


def newest() -> Path:
    """The migration that this version brings."""
    return max(FOLDER.glob("[0-9]*.sql"))


def version_before(folder: Path) -> Path:
    """The tree as it was before the newest migration came into it, by the repository's own word."""

    def git(*asked: str) -> str:
        ran = subprocess.run(("git", *asked), cwd=ROOT, capture_output=True, text=True, check=False)
        return ran.stdout.strip() if ran.returncode == 0 else ""

    asked = ("-1", "-m", "--first-parent", "--diff-filter=A", "--format=%H")
    came = git("log", *asked, "--", str(newest()))
    before = git("rev-parse", "--verify", "--quiet", f"{came}^") if came else ""
    if not before:
        pytest.skip("the version before the newest migration: this checkout has no history of it")
    archive = folder / "before.tar"
    assert git("archive", "-o", str(archive), before) == ""
    tree = folder / "before"
    with tarfile.open(archive) as packed:
        packed.extractall(tree, filter="data")
    assert not (tree / "deploy" / "migrations" / newest().name).exists()
    return tree


class Tills:
    """Tills that sell and accept without a pause, each at whichever hub answers."""

    def __init__(self, hubs: list[HubProcess], shops: list[Shop], member: list[Member]) -> None:
        self.hubs = hubs
        self.shops = shops
        self.members = member
        self.answers: list[list[object]] = [[] for _ in member]
        self.failures: list[object] = []
        self.booked = 0
        self.closed = False

    async def trade(self, at: int) -> None:
        """One member after the other's purchase: 10 pt earned, 3 pt spent, and so on."""
        member = self.members[at]
        for turn in itertools.count():
            if self.closed:
                return
            shop = self.shops[turn % len(self.shops)]
            path, body = "/v1/accruals", shop.sale(member, 1_100)
            if turn % 3 == 2:
                path, body = "/v1/redemptions", shop.spending(member, 3)
            await self.send(at, turn, shop, path, body)

    async def send(self, at: int, turn: int, shop: Shop, path: str, body: Asks) -> None:
        """The same slip at one hub after the other, until one answers."""
        for attempt in range(at + turn, at + turn + 200):
            hub = self.hubs[attempt % len(self.hubs)]
            answer = await once(through(shop, hub), path, body)
            if answer is None:  # it has closed its door: the balancer asks the other
                await asyncio.sleep(0.01)
                continue
            if answer.status == 201:
                self.answers[at].append(answer)
                self.booked += 1
            else:
                self.failures.append(answer)
            return
        self.failures.append(f"nobody answered {body['slip']}")


def migrated_before(tree: Path, settings: Settings) -> None:
    """The schema as the version before made it."""
    command = (sys.executable, "-m", "deploy.cli", "migrate")
    subprocess.run(command, cwd=tree, env={**os.environ, **settings.env()}, check=True)


def laid_out_before(tree: Path, settings: Settings, url: str) -> dict[str, list[list[Any]]]:
    """Two shops and six members as the version before lays them out."""
    command = (sys.executable, "-c", LAYS_OUT, url)
    env = {**os.environ, **settings.env()}
    ran = subprocess.run(command, cwd=tree, env=env, check=True, capture_output=True, text=True)
    told: dict[str, list[list[Any]]] = json.loads(ran.stdout.splitlines()[-1])
    return told


def shop_of(mall: Mall, told: list[Any]) -> Shop:
    """A shop that was laid out elsewhere."""
    client_id, secret, tenant, shop_id, tenant_id = told
    shop = Shop(mall, tenant, Registered(client_id, secret))
    shop.shop_id, shop.tenant_id = shop_id, tenant_id
    return shop


async def test_the_old_and_the_new_version_book_side_by_side_through_a_migration(
    given: Given, tmp_path: Path
) -> None:
    tree = version_before(tmp_path)
    (tmp_path / "clock").write_text(BEGIN.astimezone(TOKYO).isoformat())
    with cloned(given.database_url, EMPTY, f"meguri_test_upgrade_{os.getpid()}") as url:
        settings = settings_for(url, given.redis_url, tmp_path)
        migrated_before(tree, settings)
        old = HubProcess(settings, tmp_path / "old.log", tree)
        new = HubProcess(settings, tmp_path / "new.log")
        trading: list[asyncio.Task[None]] = []
        try:
            old.start()
            await old.ready()
            async with mall_of(settings, old.url) as mall:
                town = await asyncio.to_thread(laid_out_before, tree, settings, old.url)
                shops = [shop_of(mall, one) for one in town["shops"]]
                tills = Tills([old], shops, [Member(*one) for one in town["members"]])
                for shop in shops:
                    await shop.token()
                trading = [asyncio.create_task(tills.trade(at)) for at in range(6)]

                async def more() -> None:
                    upto = tills.booked + ENOUGH
                    await until(lambda: tills.booked >= upto or bool(tills.failures))

                await more()
                new.start()
                assert await reasons(new) == ["schema"]
                await asyncio.to_thread(migrate, settings, BEGIN)
                await new.ready()
                tills.hubs.append(new)
                await more()
                old.send(signal.SIGTERM)
                assert await old.gone() in (0, -signal.SIGTERM)
                tills.hubs.remove(old)
                mall.url = new.url
                await more()
                tills.closed = True
                await asyncio.gather(*trading)
                assert tills.failures == []
                for member, answers in zip(tills.members, tills.answers, strict=True):
                    await ties(mall, member, answers)  # type: ignore[arg-type]
                assert await mall.broken() == []
            new.send(signal.SIGTERM)
            assert await new.gone() in (0, -signal.SIGTERM)
        finally:
            for task in trading:
                task.cancel()
            for hub in (old, new):
                if hub.started:
                    hub.running.kill()


async def reasons(hub: HubProcess) -> list[str]:
    """Why a process that has come up does not take requests yet."""
    async with aiohttp.ClientSession() as http:
        for _ in range(3_000):
            with suppress(aiohttp.ClientConnectionError):
                async with http.get(f"{hub.url}/health/ready") as answer:
                    return list((await answer.json())["reasons"])
            await asyncio.sleep(0.01)
    pytest.fail("it did not come up")


async def test_a_migration_that_takes_something_away_says_which_release_stopped_using_it() -> None:
    """Expand first, contract a release later: what an older version still reads must stay."""
    takes = ("DROP TABLE", "DROP COLUMN", "RENAME", "DROP FUNCTION", "DROP VIEW", "DROP SCHEMA")
    released = {f"{number:04}" for number in range(1, 14)}
    for path in FOLDER.glob("[0-9]*.sql"):
        text = path.read_text(encoding="utf-8")
        if path.name[:4] not in released and any(word in text.upper() for word in takes):
            assert "-- Contracts: unused since " in text, path.name


def test_every_migration_is_known_to_the_database(given: Given, template: str) -> None:
    with psycopg.connect(given.database(template)) as conn:
        known = {row[0] for row in conn.execute("SELECT name FROM deploy.migrations").fetchall()}
    assert known == {path.stem for path in FOLDER.glob("[0-9]*.sql")}
