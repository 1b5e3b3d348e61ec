"""What dashboards and alerts ask for is what a running hub tells; each alert has its run book."""

import asyncio
import re
from pathlib import Path

import msgspec
import yaml

from deploy.migrate import migrate
from tests.conftest import Given
from tests.mall import BEGIN, settings_for
from tests.races.hubs import ROOT, hubs, lay_out, mall_of

DASHBOARDS = sorted((ROOT / "deploy" / "grafana").glob("*.json"))
ALERTS = sorted((ROOT / "deploy" / "alerts").glob("*.yaml"))
RUNBOOKS = ROOT / "docs" / "runbooks"
METRIC = re.compile(r"\bmeguri_[a-z_]+")
PARTS = (
    "## 意味 / What it means",
    "## 店舗では / What the shops feel",
    "## 最初の三つ / First three commands",
    "## 終わらせ方 / How to end it",
)
COMMAND = re.compile(r"^(?:meguri|psql|curl|kubectl|docker) ", re.MULTILINE)


def expressions() -> list[str]:
    """Every expression of a dashboard or an alert."""
    found = []
    for path in DASHBOARDS:
        board = msgspec.json.decode(path.read_bytes())
        assert board["panels"], path.name
        found += [one["expr"] for panel in board["panels"] for one in panel["targets"]]
    return found + [rule["expr"] for rule in rules()]


def rules() -> list[dict[str, str]]:
    """Every alert."""
    groups = [one for path in ALERTS for one in yaml.safe_load(path.read_text())["groups"]]
    return [rule for group in groups for rule in group["rules"]]


async def test_every_metric_that_is_asked_for_is_told_by_a_running_hub(
    given: Given, database: str, tmp_path: Path
) -> None:
    ours = settings_for(database, given.redis_url, tmp_path)
    settings = msgspec.structs.replace(ours, jobs="on")
    (tmp_path / "clock").write_text(BEGIN.isoformat())
    await asyncio.to_thread(migrate, settings, BEGIN)
    async with hubs(settings, tmp_path) as [hub], mall_of(settings, hub.url) as mall:
        await lay_out(mall)
        bakery, hanako = await mall.shop("bakery"), await mall.member()
        await bakery.sells(hanako, yen=1_100)
        refused = await bakery.post("/v1/redemptions", **bakery.spending(hanako, 1_000))
        assert refused.slug == "not-enough-points"
        operator = await mall.operator()
        told = ""
        for _ in range(1_500):
            told = (await operator.get("/metrics")).content.decode()
            if "meguri_watch_looked_seconds" in told:
                break
            await asyncio.sleep(0.02)
    known = set(re.findall(r"^([a-z_]+)[{ ]", told, re.MULTILINE))
    wanted = {one for asked in expressions() for one in METRIC.findall(asked)}
    assert len(wanted) >= 12
    assert wanted - known == set()
    assert 'route="/v1/accruals"' in told
    assert 'status="409"' in told
    assert 'slug="not-enough-points"' in told
    assert 'promise="wallets"' in told
    assert hanako.card not in told


def test_each_alert_has_its_run_book_and_each_run_book_its_alert() -> None:
    alerts = {rule["alert"] for rule in rules()}
    assert len(alerts) == len(rules())
    assert {path.stem for path in RUNBOOKS.glob("*.md")} == alerts
    for rule in rules():
        named = rule["annotations"]["runbook"]  # type: ignore[index]
        assert named == f"docs/runbooks/{rule['alert']}.md"
        assert rule["labels"]["severity"] in ("page", "ticket")  # type: ignore[index]


def test_a_run_book_says_what_shops_feel_and_what_to_type_first() -> None:
    for path in RUNBOOKS.glob("*.md"):
        text = path.read_text(encoding="utf-8")
        for part in PARTS:
            assert part in text, (path.name, part)
        block = text.split("```sh")[1].split("```")[0]
        assert len(COMMAND.findall(block)) == 3, path.name
