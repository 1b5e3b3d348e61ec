"""検査: no file is read before the scanner has let it in (O8)."""

import asyncio
import inspect
import logging
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import FormData
from click.testing import CliRunner
from msgspec import structs

import deploy
from deploy.app import create_app
from deploy.cli import main
from deploy.settings import NotSet, settings
from federation.refusals import Refusal
from settlement.life.finance_api import FromBank, post_results
from tenants.refusals import FileNotClean, ScannerAway
from tenants.scanning import CHUNK, scanned, scanner
from tests.clamd import EICAR, LIMIT, Clamd, scanning
from tests.conftest import Given
from tests.fuzz.contract import DOCUMENT, SCHEMAS
from tests.mall import Mall, serving, settings_for
from tests.office import office
from tests.offline.files import send
from tests.people.persons import Staff
from tests.races.hubs import cloned
from tests.stories.test_imports import file

FROM_FORMS = re.compile(r"\b(uploaded|told_in_parts)\(")  # what takes a file out of a form


@pytest.fixture(scope="module")
async def clamd() -> AsyncIterator[Clamd]:
    async with scanning() as here:
        yield here


@pytest.fixture
async def honest(clamd: Clamd) -> Clamd:
    """The scanner, saying what it found."""
    clamd.says = None
    clamd.shown.clear()
    return clamd


@pytest.fixture(scope="module")
async def mall(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory, clamd: Clamd
) -> AsyncIterator[Mall]:
    folder = tmp_path_factory.mktemp("scanning")
    with cloned(given.database_url, template, "meguri_test_scanning") as url:
        ours = structs.replace(settings_for(url, given.redis_url, folder), scan=clamd.url)
        async with serving(ours) as served:
            yield served


@pytest.mark.parametrize("content", [b"", b"a", b"a" * CHUNK, b"a" * (3 * CHUNK + 1)], ids=len)
async def test_what_is_clean_comes_in_as_it_was_sent(honest: Clamd, content: bytes) -> None:
    assert await scanner(honest.url)(content) == content
    assert honest.shown == [content]


async def test_what_is_harmful_is_found_wherever_it_stands(honest: Clamd) -> None:
    for before in (0, CHUNK - 10, 2 * CHUNK - len(EICAR), 200_000):
        with pytest.raises(FileNotClean):
            await scanner(honest.url)(b"a" * before + EICAR + b"\r\n")


@pytest.mark.parametrize("says", [
    b"", b"stream: ERROR", b"UNKNOWN COMMAND", b"stream: OK ", b"OK", b"stream: OK\nstream: OK",
    b"INSTREAM size limit exceeded. ERROR", b"x" * 100_000,
], ids=lambda says: says[:12].decode())  # fmt: skip
async def test_only_the_scanners_own_yes_lets_a_file_in(honest: Clamd, says: bytes) -> None:
    honest.says = says
    with pytest.raises(ScannerAway):
        await scanner(honest.url)(b"a")


async def test_a_file_that_is_too_large_for_the_scanner_stays_out(honest: Clamd) -> None:
    with pytest.raises(ScannerAway):
        await scanner(honest.url)(b"a" * (LIMIT + 1))


async def test_a_scanner_that_is_silent_or_gone_lets_nothing_in() -> None:
    left = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            await reader.read()
        writer.close()
        left.set()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(ScannerAway):
        await scanned("127.0.0.1", port, b"a", seconds=0.05)
    await left.wait()
    server.close()
    with pytest.raises(ScannerAway):
        await scanned("127.0.0.1", port, b"a")


async def test_without_a_scanner_files_come_in_and_that_is_said(
    caplog: pytest.LogCaptureFixture, given: Given, template: str, tmp_path: Any
) -> None:
    assert await scanner("")(EICAR) == EICAR
    caplog.set_level(logging.WARNING, "meguri.hub")
    with cloned(given.database_url, template, "meguri_test_unscanned") as url:
        hub = create_app(settings_for(url, None, tmp_path)).state.hub
        hub.clock.set(hub.leavers._now())
        async with hub.running():
            said = [one.message for one in caplog.records if one.name == "meguri.hub"]
    assert said == ["files are not scanned: MEGURI_SCAN is not set"]


@pytest.mark.parametrize("where", ["clamd:", "http://a:1", "clamd://", "a:3310", "clamd://a/b"])
def test_a_scanner_that_cannot_be_one_stops_the_start(where: str) -> None:
    env = {"DATABASE_URL": "postgresql://x/y", "MEGURI_SECRET": "s", "MEGURI_SCAN": where}
    with pytest.raises(NotSet):
        settings(env)
    assert settings({**env, "MEGURI_SCAN": "clamd://a"}).scan == "clamd://a"


async def test_members_and_offline_lines_are_scanned_before_they_are_read(
    mall: Mall, honest: Clamd
) -> None:
    bakery, clerk = await mall.shop("bakery"), await office(mall)
    line = b'{"kind":"accrual"}'
    refused = [
        await clerk.sends(file(",A-1,山田 花子,,,,") + EICAR),
        await send(bakery, line + EICAR),
    ]
    for answer in refused:
        assert (answer.status, answer.slug) == (422, "file-not-clean"), answer
        assert answer.json["title"] == "ファイルから有害な内容が検出されたため受け取れません"
        assert b"EICAR" not in answer.content.upper()
    assert (await send(bakery, line)).status == 202
    assert honest.shown[-1] == line
    honest.says = b"stream: ERROR"
    away = await send(bakery, line + b" ")
    assert (away.status, away.slug, away.json["do"]) == (503, "scanner-away", "retry")
    assert int(away.headers["retry-after"]) > 0
    honest.says = None
    assert (await send(bakery, line + b" ")).status == 202, "the same file again"
    assert await mall.value("SELECT count(*) FROM tenants.imports") == 0


async def test_what_the_bank_says_is_scanned_before_it_is_read(honest: Clamd) -> None:
    with pytest.raises(FileNotClean):
        await post_results.fn(
            cycle_id="2026-06-01",
            data=FromBank("statement", EICAR),
            caller=SimpleNamespace(client_id="p_1"),
            clerk=None,
            clock=lambda: None,
            scan=scanner(honest.url),
        )


async def test_a_file_at_the_command_line_is_scanned_too(
    mall: Mall, honest: Clamd, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in mall.hub.settings.env().items():
        monkeypatch.setenv(name, value)
    path = tmp_path / "members.csv"
    path.write_bytes(file(",A-1,山田 花子,,,,") + EICAR)
    for words in (
        ["members", "import", "--dry-run"], ["bank", "read"], ["settlement", "statement"],
        ["settlement", "results", "2026-06-01"],
        ["foreign", "record", "bakery", "--programme", "x"],
    ):  # fmt: skip
        ran = await asyncio.to_thread(CliRunner().invoke, main, [*words, str(path)])
        assert ran.exit_code == 1, (words, ran.output)
        assert "found something harmful" in ran.output, (words, ran.output)


async def test_a_picture_from_a_page_is_scanned_too(mall: Mall, honest: Clamd) -> None:
    await mall.shop("florist")
    mall.hub.forget()  # as the bell does
    hq = await Staff(mall).person("haruko", "hq")
    form = FormData()
    told = {
        "form_token": await hq.form_token(), "facility": "tokushima",
        "reason": "新しいロゴ", "from_on": str(mall.today), "colour": "#114477",
        "dark_colour": "#88bbee", "name": "徳島", "name_en": "Tokushima",
    }  # fmt: skip
    for name, value in told.items():
        form.add_field(name, value)
    form.add_field("logo", EICAR, filename="logo.png", content_type="image/png")
    sent = await hq.browser.ask(
        "POST", "/console/branding", data=form, headers={"origin": hq.browser.origin}
    )
    assert honest.shown == [EICAR]
    assert "有害な内容が検出された" in sent.text
    assert await mall.value("SELECT count(*) FROM tenants.brandings") == 0


def test_every_route_that_takes_a_file_has_it_scanned(mall: Mall) -> None:
    """Whatever is not JSON or a form, bytes within JSON, and a page's form with a file in it."""
    found = {
        (method, one.path_format): handler
        for one in create_app(mall.hub.settings).routes
        for method, (handler, _) in getattr(one, "route_handler_map", {}).items()
    }
    taking = {
        way for way, one in found.items()
        if FROM_FORMS.search(inspect.getsource(getattr(one.fn, "func", one.fn)))
    }  # fmt: skip
    for path, route in DOCUMENT["paths"].items():
        for method, asked in route.items():
            content = asked.get("requestBody", {}).get("content", {})
            named = re.findall(r"#/components/schemas/(\w+)", str(content))
            bodies = [content, *(SCHEMAS[name] for name in named)]
            if {*content} - {"application/json", "application/x-www-form-urlencoded"}:
                taking.add((method.upper(), path))
            if "'contentEncoding'" in str(bodies):
                taking.add((method.upper(), path))
    unscanned = {way for way in taking if "scan" not in inspect.signature(found[way].fn).parameters}
    assert taking >= {
        ("POST", "/v1/batches"), ("POST", "/v1/admin/imports"), ("POST", "/console/branding"),
        ("POST", "/v1/admin/settlement/cycles/{cycle_id}/results"),
        ("POST", "/console/cycles/{cycle_id}/results"),
    }  # fmt: skip
    assert unscanned == set()
    assert issubclass(FileNotClean, Refusal)


def test_a_form_with_a_file_is_read_in_two_places_alone() -> None:
    house = Path(deploy.__file__ or "").parents[1]
    reading = {
        path.name
        for package in ("federation", "tenants", "settlement", "auth", "deploy")
        for path in (house / package).rglob("*.py")
        if "multipart/form-data" in path.read_text(encoding="utf-8")
    }
    assert reading == {"uploads.py", "branding_console.py"}, "name its reader in FROM_FORMS"
