"""The desk's statement that differs on Citus, put in place of the usual one by a process that is
told so (`MEGURI_CITUS=1`), before its desk begins."""

from federation import looking
from federation.sql import statement


def line_up_on_the_coordinator() -> None:
    """From now on members line up where all machines see it."""
    looking.LINE_UP = statement(__file__, "line_up")
