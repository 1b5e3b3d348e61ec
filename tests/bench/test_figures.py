"""What a bench makes of its windows: percentiles, ratios, bars, the table."""

import ast
from pathlib import Path

import msgspec
import pytest

from bench import wire
from bench.close import Closes
from bench.figures import BARS, over, percentile, spread
from bench.footprint import Space
from bench.load import Window
from bench.report import MADE, Run, ratios, table

HOUSE = Path(__file__).parents[2]


def window(rate: float, **more: float) -> Window:
    told = {
        "seconds": 1.0,
        "answered": int(rate),
        "rate": rate,
        "used": int(rate),
        "late": 0,
        "p50_us": 10.0,
        "p95_us": 20.0,
        "p99_us": 30.0,
        "most_us": 40.0,
        "app_us": 100.0,
        "postgres_us": 50.0,
        "load_us": 30.0,
        **more,
    }
    return msgspec.convert(told, Window)


def run(cells: dict[str, list[Window]] | None = None, **more: object) -> Run:
    told: dict[str, object] = {
        "scale": "whole",
        "began_at": "2026-11-22T12:00:00+09:00",
        "seconds": 1.0,
        "machine": {"CPU": "2"},
        "versions": {},
        "settings": {},
        "seeds": {},
        "start_up_seconds": [],
        "memory": {},
        "space": None,
        "closes": [],
        "peers": {},
        "sealed_line_us": None,
        "check_seconds": None,
        "broken_promises": None,
        **more,
    }
    return Run(cells=cells or {}, **told)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("share", "wanted"), [(0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100), (0.001, 1)]
)
def test_a_percentile_is_one_of_those_who_waited(share: float, wanted: int) -> None:
    assert percentile(range(1, 101), share) == wanted


def test_a_percentile_of_one_is_that_one() -> None:
    assert percentile([7], 0.99) == 7


def test_a_round_that_was_disturbed_does_not_move_the_middle() -> None:
    assert spread([100, 101, 3, 99, 100]).median == 100
    assert spread([100, 101, 3]).least == 3


def test_a_ratio_is_taken_round_by_round_so_a_slow_minute_slows_both() -> None:
    halved = over([1000, 500, 1000], [500, 250, 500])
    assert (halved.median, halved.least, halved.most) == (2, 2, 2)


def test_every_bar_has_a_ratio_and_every_ratio_a_bar() -> None:
    assert MADE.keys() == BARS.keys()


def test_what_was_not_measured_is_null_and_says_why() -> None:
    found = ratios(run())
    assert {one.ratio for one in found.values()} == {None}
    assert all(one.reason for one in found.values())


def test_a_bar_says_whether_it_is_held() -> None:
    cells = {"accrual/64": [window(900)] * 3, "pgbench": [window(1000)] * 3}
    found = ratios(run(cells))
    assert found["accrual_c64_over_pgbench"].holds is True
    assert found["accrual_c64_over_pgbench"].ratio == pytest.approx(0.9)
    assert found["p99_over_p50_c64"].ratio == 3
    slow = ratios(run({**cells, "accrual/64": [window(899)] * 3}))
    assert slow["accrual_c64_over_pgbench"].holds is False


def test_a_flat_close_needs_both_sizes() -> None:
    few = Closes(1_000_000, [1.0], [1.0], [0.1], [0.04], 9)
    many = Closes(20_000_000, [20.0], [1.0], [0.1], [0.04], 9)
    name = "incremental_20m_over_1m"
    assert ratios(run(closes=[few]))[name].ratio is None
    assert ratios(run(closes=[few, many]))[name].ratio == 1


def test_the_table_tells_every_ratio_and_every_window() -> None:
    space = Space(100_000, 999.0, 1999.0, 12, 0, {"federation.lots": 300.0})
    told = run({"accrual/64": [window(1000)], "pgbench": [window(2000)]}, space=space)
    text = table(told, ratios(told))
    assert "| `accrual_c64_over_pgbench` | 0.50 | 0.50–0.50 | >= 0.9 | ✗ |" in text
    assert "| `disk_bytes_per_accrual` | 999 | 999–999 | <= 1300 | ✓ |" in text
    assert "| accrual/64 | 1,000 [1,000–1,000] |" in text
    assert all(name in text for name in BARS)


def test_no_slip_no_receipt_and_for_a_while_no_card_comes_twice() -> None:
    askers = [wire.Asker("T01", "a"), wire.Asker("T02", "b")]
    script = wire.Script(askers, "r", 5, 500, "2026-11-22", "2026-11-22T12:00:00+09:00", 20)
    endless = wire.requests(script)
    sent = [next(endless).partition(b"\r\n\r\n") for _ in range(500)]
    bodies = [msgspec.json.decode(body) for _, _, body in sent]
    assert len({body["slip"] for body in bodies}) == 500
    assert len({body["card"] for body in bodies}) == 500
    assert sum(b"/v1/redemptions" in head for head, _, _ in sent) == 100
    assert all(f"content-length: {len(body)}".encode() in head for head, _, body in sent)


@pytest.mark.parametrize("path", sorted((HOUSE / "bench").glob("*.py")), ids=lambda p: p.name)
def test_a_file_of_the_bench_is_read_in_one_sitting_too(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert len(text.splitlines()) <= 400
    assert ast.get_docstring(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 50, node.name
