"""The desk's two statements that differ on Citus, put in place of the usual ones by a process that
is told so (`MEGURI_CITUS=1`), before its desk begins."""

from federation import looking
from federation.sql import statement


def line_up_on_the_coordinator() -> None:
    """From now on members line up, and wallets are read, as many machines can."""
    looking.LINE_UP = statement(__file__, "line_up")
    looking.TURN = statement(__file__, "turn")
