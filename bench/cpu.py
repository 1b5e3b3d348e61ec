"""What processes have used so far, in microseconds of CPU: theirs, and that of children who ended.

A server's children come and go. The sum over those alive, and what the parent has reaped, only
ever grows by what was used in between; so a difference of two looks is what a window cost.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

TICK_US = 1_000_000 // os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
UTIME, STIME, CUTIME, CSTIME = 11, 12, 13, 14  # counted from the field after the name


def own_us(pid: int) -> int:
    """A process alone."""
    fields = _stat(pid)
    return TICK_US * (int(fields[UTIME]) + int(fields[STIME]))


def tree_us(pid: int) -> int:
    """A process, its children, and those of them that it has outlived."""
    fields = _stat(pid)
    reaped = int(fields[CUTIME]) + int(fields[CSTIME])
    alive = 0
    for child in children(pid):
        with suppress(OSError):
            alive += own_us(child)
    return own_us(pid) + TICK_US * reaped + alive


def all_us(pids: Iterable[int]) -> int:
    """Several processes, without their children."""
    return sum(own_us(pid) for pid in pids)


def children(pid: int) -> Iterator[int]:
    """Whom a process started and who is still alive."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        yield from map(int, (task / "children").read_text().split())


def resident_bytes(pid: int) -> int:
    """How much memory a process holds, pages it shares included."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE


def private_bytes(pid: int) -> int:
    """How much memory a process holds that lies in no file and is not shared by name."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    return 0


def _stat(pid: int) -> list[str]:
    text = Path(f"/proc/{pid}/stat").read_text()
    return text.rpartition(")")[2].split()
