"""Peers: other ledgers on the same server, where they can be had as a package."""

from collections.abc import Callable

from bench.options import Scale
from bench.rounds import Cells
from deploy.embedded import Servers

Said = dict[str, float | str | None]
NO_PACKAGE = "is SQL in a repository; no package index carries it"


def met(
    servers: Servers, cells: Cells, scale: Scale, say: Callable[[str], None]
) -> dict[str, Said]:
    """What each peer came to, over pgbench of the same run; never fails the run."""
    return {"pgledger": {"rate": None, "over_pgbench": None, "note": NO_PACKAGE}}
