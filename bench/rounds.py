"""Rounds: every contender has its window in turn, round after round, so that what disturbs one of
them disturbs its neighbours too."""

from collections.abc import Callable
from functools import partial

from bench.load import Window
from bench.stage import Stage

Say = Callable[[str], None]
Cells = dict[str, list[Window]]
REDEMPTIONS = 20  # of a hundred


def contenders(stage: Stage) -> dict[str, Callable[[], Window]]:
    """Who is measured, by name: `what/connections`."""
    one, two = stage.hubs[:1], stage.hubs
    assert stage.floor is not None
    floor = [stage.floor]
    kinds: dict[str, Callable[[int], Window]] = {
        "accrual": partial(stage.ask, one),
        "accrual two processes": partial(stage.ask, two),
        "mix": partial(stage.ask, one, redemptions=REDEMPTIONS),
        "mix two processes": partial(stage.ask, two, redemptions=REDEMPTIONS),
        "naive": partial(stage.ask, [stage.naive]),
        "floor": partial(stage.ask, floor),
    }
    found: dict[str, Callable[[], Window]] = {
        f"{kind}/{c}": partial(run, c)
        for c in stage.scale.connections
        for kind, run in kinds.items()
    }
    found["pgbench"] = stage.one_call
    return found


def measured(stage: Stage, only: str, say: Say) -> Cells:
    """Every contender in every round."""
    words = only.split(",")
    chosen = {
        name: run for name, run in contenders(stage).items() if any(word in name for word in words)
    }
    cells: Cells = {name: [] for name in chosen}
    for turn in range(stage.scale.rounds):
        for name, run in chosen.items():
            cells[name].append(run())
            stage.until_sealed()
        say(f"round {turn + 1} of {stage.scale.rounds}")
    return cells
