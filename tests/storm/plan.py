"""Which faults come in which order: drawn from a seed that is printed, so that a storm can come
again."""

import random
from collections import Counter

# Of 165 that kill something, as many as the figures of the proof ask for (security, G2).
KILLS = {"backend killed": 100, "hub killed": 50, "postmaster killed": 10, "redis killed": 5}
MILDER = (
    "backend terminated",
    "backend paused",
    "hub paused",
    "line refused",
    "line silent",
    "line cut",
    "line slow",
    "line half closed",
    "answer lost",
    "answer torn",
    "clock ahead",
    "clock back",
    "clock unreadable",
)
MEETING = "desks meet"
MEETINGS = 8  # where there is a crowd
MILDER_SHARE = 3  # one milder fault for so many that kill
MILDER_LEAST = 5


def plan(faults: int, seed: int) -> list[str]:
    """The kinds of so many killing faults, and of the milder ones among them, in their order."""
    dice = random.Random(seed)
    counts = shares(faults)
    kinds = [kind for kind, count in counts.items() for _ in range(count)]
    milder = max(MILDER_LEAST, -(-faults // MILDER_SHARE))
    start = dice.randrange(len(MILDER))
    kinds += [MILDER[(start + step) % len(MILDER)] for step in range(milder)]
    dice.shuffle(kinds)
    return kinds


def shares(faults: int) -> Counter[str]:
    """So many killing faults by kind: at least one of each, the rest by largest remainder."""
    whole = sum(KILLS.values())
    exact = {kind: faults * weight / whole for kind, weight in KILLS.items()}
    counts = Counter({kind: max(1, int(share)) for kind, share in exact.items()})
    for kind in sorted(exact, key=lambda kind: exact[kind] % 1, reverse=True):
        if sum(counts.values()) < faults:
            counts[kind] += 1
    return counts
