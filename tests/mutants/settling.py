"""Bugs of settlement: what a roller folds, and what a close takes from it."""

from tests.mutants.bug import Bug

ROLL = "tests/settlement/test_roll.py"

ROLLING = (
    Bug(
        "the mark stays where it was",
        "settlement/roll.sql",
        "SET number = %(upto)s::bigint",
        "SET number = number",
        f"{ROLL}::test_what_was_folded_is_not_folded_again",
    ),
    Bug(
        "a slice begins a number late",
        "settlement/roll.sql",
        "journal.number > %(after)s::bigint",
        "journal.number > %(after)s::bigint + 1",
        f"{ROLL}::test_slices_of_any_size_come_to_the_same",
    ),
    Bug(
        "an entry counts once for each of its parts",
        "settlement/roll.sql",
        "count(DISTINCT entry_id)",
        "count(entry_id)",
        f"{ROLL}::test_wherever_sealer_and_roller_stand_a_close_says_the_same",
    ),
    Bug(
        "what has no number yet is not there",
        "deploy/migrations/0016_positions.sql",
        "AND entries.xid < pg_snapshot_xmax(pg_current_snapshot())",
        "AND entries.xid < (SELECT numbered.xid FROM federation.numbered)",
        f"{ROLL}::test_wherever_sealer_and_roller_stand_a_close_says_the_same",
    ),
    Bug(
        "a cycle is summed without its proof",
        "settlement/close.py",
        "found = await asyncio.gather(differing(conn, cycle), broken_now(closing))",
        "found = await asyncio.gather(broken_now(closing))",
        f"{ROLL}::test_a_position_that_is_off_stops_the_close_by_its_name",
    ),
    Bug(
        "a close forgets what was not folded yet",
        "settlement/sum.sql",
        "    FROM settlement.unfolded\n    WHERE cycle_id",
        "    FROM settlement.unfolded\n    WHERE false AND cycle_id",
        f"{ROLL}::test_wherever_sealer_and_roller_stand_a_close_says_the_same",
    ),
)
