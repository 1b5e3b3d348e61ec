"""Rounds: every contender has its window in turn, round after round, so that what disturbs one of
them disturbs its neighbours too."""

from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from bench.load import Window
from bench.stage import Stage
from bench.wire import card

Say = Callable[[str], None]
Cells = dict[str, list[Window]]
Contenders = dict[str, Callable[[], Window]]
REDEMPTIONS = 20  # of a hundred
HOT = 64
BATCHES = (100, 250)
# What the ratios are made of; the rest is there to be read.
RATIOED = {
    *(f"accrual/{c}" for c in (1, 64, 256)),
    *(f"naive/{c}" for c in (1, 64, 256)),
    *("accrual two processes/256", "floor/256", "pgbench"),
    *("desk accrual/250", "desk redemption/250", "pgbench beside the desk"),
}


def over_http(stage: Stage) -> Contenders:
    """Who is measured over HTTP, and pgbench: `what/connections`."""
    one, two = stage.hubs[:1], stage.hubs
    assert stage.floor is not None
    kinds: dict[str, Callable[[int], Window]] = {
        "accrual": partial(stage.ask, one),
        "accrual two processes": partial(stage.ask, two),
        "mix": partial(stage.ask, one, redemptions=REDEMPTIONS),
        "mix two processes": partial(stage.ask, two, redemptions=REDEMPTIONS),
        "naive": partial(stage.ask, [stage.naive]),
        "floor": partial(stage.ask, [stage.floor]),
    }
    found: Contenders = {
        f"{kind}/{c}": partial(run, c)
        for c in stage.scale.connections
        for kind, run in kinds.items()
    }
    hot = card(stage.ground.members // 2)
    found[f"one member/{HOT}"] = partial(stage.ask, one, HOT, card=hot)
    found["pgbench"] = stage.one_call
    return found


def at_the_desk(stage: Stage) -> Contenders:
    """Who is measured without HTTP: `what/slips in a batch`."""
    found: Contenders = {}
    for batch in BATCHES:
        found[f"desk accrual/{batch}"] = partial(stage.at_the_desk, "accrual", batch)
        found[f"desk redemption/{batch}"] = partial(stage.at_the_desk, "redemption", batch)
    found["pgbench beside the desk"] = stage.one_call
    return found


def measured(stage: Stage, only: str, say: Say) -> Cells:
    """Every contender in every round, first those over HTTP, then those at the desk."""
    words = only.split(",")
    cells: Cells = {}
    for group in (over_http(stage), at_the_desk(stage)):
        chosen = {
            name: run
            for name, run in group.items()
            if any(word in name for word in words)
            and (name in RATIOED or not stage.scale.only_ratios)
        }
        cells |= {name: [] for name in chosen}
        for turn in range(stage.scale.rounds if chosen else 0):
            for name, run in chosen.items():
                cells[name].append(replace(run(), sealed_after=stage.until_sealed()))
            say(f"round {turn + 1} of {stage.scale.rounds}: {len(chosen)} windows")
    return cells
