"""The paper about scale: its tables are what its figures come to, and its words hold."""

import json
from pathlib import Path

import pytest

from bench.scale import PAGES, TIMES, Measured, from_bench, limits, needed, page, rendered


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_says_what_its_figures_come_to(path: Path) -> None:
    told = page(path, rendered(Measured()))
    assert told == path.read_text(encoding="utf-8"), "python -m bench.scale writes it anew"


def test_so_many_times_as_much_takes_so_many_times_as_much() -> None:
    one, ten = needed(1, Measured()), needed(10, Measured())
    assert round(one.mean, 1) == 69.4
    assert round(ten.disk_tb - 10 * one.disk_tb, 6) == 0
    assert round(ten.file_lines - 10 * one.file_lines) == 0


def test_the_words_below_the_tables_hold() -> None:
    used = {times: limits(needed(times, Measured()), Measured()) for times in TIMES}
    assert max(used[1].values()) <= 1, "today's programmes fit one machine"
    assert used[10]["one machine's CPU for PostgreSQL"] <= 1
    assert used[10]["the one sealed file, within a bank day"] <= 1 < used[100][SEALED]
    assert used[10]["the one sealer, over a whole day"] <= 1 < used[100][SEALER]
    assert used[10]["one hub process, at the peak"] <= 1
    assert [part for part, one in used[10].items() if one > 1] == [DISK]


SEALED, SEALER = "the one sealed file, within a bank day", "the one sealer, over a whole day"
DISK = "one machine's disk, after one year"


def test_figures_of_a_bench_replace_those_of_the_same_name(tmp_path: Path) -> None:
    window = {"app_us": 70.0, "postgres_us": 50.0, "rate": 9_000.0}
    told = {
        "cells": {"mix/256": [window], "desk accrual/250": [window]},
        "space": {"wal_bytes": 1_500.0},
        "sealed_line_us": None,
    }
    (tmp_path / "bench.json").write_text(json.dumps(told))
    found = from_bench(tmp_path / "bench.json")
    assert (found.app_us, found.desk_per_second, found.wal_bytes) == (70.0, 9_000.0, 1_500.0)
    assert found.sealed_line_us == Measured().sealed_line_us
