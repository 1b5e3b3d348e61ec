"""What the hub tells about itself reaches a collector that speaks OTLP."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import aiohttp
from aiohttp import web
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from deploy.migrate import migrate
from deploy.serve import free_port
from federation import gauges
from tests.conftest import Given
from tests.mall import BEGIN, Mall, settings_for


async def test_a_collector_gets_the_refusals_by_slug(
    given: Given, database: str, tmp_path: Path
) -> None:
    heard: dict[str, bytes] = {}

    async def hear(request: web.Request) -> web.Response:
        heard[request.path] = heard.get(request.path, b"") + await request.read()
        return web.Response()

    collector = web.AppRunner(_app(hear))
    await collector.setup()
    site = web.TCPSite(collector, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    endpoint = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
    settings = settings_for(database, given.redis_url, tmp_path)
    (tmp_path / "clock").write_text(BEGIN.isoformat())
    migrate(settings, BEGIN)
    port = free_port(28_000)
    env = {
        **os.environ,
        **settings.env(),
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{endpoint}",
        "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
    }
    command = [sys.executable, "-m", "deploy.cli", "serve", "--port", str(port)]
    hub = subprocess.Popen(command, env=env)  # noqa: ASYNC220  it outlives no test
    try:
        async with aiohttp.ClientSession() as session:
            await _ready(session, port, hub)
            async with session.get(f"http://127.0.0.1:{port}/v1/entries") as answer:
                assert answer.status == 401
    finally:
        hub.send_signal(signal.SIGTERM)
        await asyncio.to_thread(hub.wait, 20)
        await collector.cleanup()
    assert b"meguri.refusals" in heard["/v1/metrics"]
    assert b"invalid-token" in heard["/v1/metrics"]


async def test_each_verb_is_a_span(mall: Mall) -> None:
    spans = InMemorySpanExporter()
    traces = TracerProvider()
    traces.add_span_processor(SimpleSpanProcessor(spans))
    trace.set_tracer_provider(traces)
    gauges.trace_slips()
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    await bakery.sells(hanako, yen=1_100)
    await bakery.accepts(hanako, points=1)
    assert [span.name for span in spans.get_finished_spans()] == ["accruals", "redemptions"]


def _app(hear: object) -> web.Application:
    app = web.Application()
    app.router.add_post("/{path:.*}", hear)  # type: ignore[arg-type]
    return app


async def _ready(session: aiohttp.ClientSession, port: int, hub: subprocess.Popen[bytes]) -> None:
    for _ in range(3_000):
        assert hub.poll() is None, "the hub did not start"
        try:
            async with session.get(f"http://127.0.0.1:{port}/health/ready") as answer:
                if answer.status == 200:
                    return
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(0.02)
    raise AssertionError("the hub is not ready")
