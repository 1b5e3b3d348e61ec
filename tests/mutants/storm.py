"""Bugs that nobody sees while nothing fails: only a storm turns red."""

from tests.mutants.bug import Bug
from tests.mutants.desk import LINE_UP, LOCKED, UNLOCKED

STORM = "tests/storm/test_storm.py::test_a_short_storm_loses_nothing_and_doubles_nothing"
CROWD = "tests/storm/test_storm.py::test_a_crowd_at_a_handful_of_cards_is_served_as_if_one_by_one"
STRIKING = (
    Bug(
        "an answer goes out before its commit",
        "federation/booking.py",
        "        await post(conn, page, seen.purses.values(), kept)\n",
        "        for turn in fresh:\n"
        "            turn.answer(turn.told)\n"
        "        await post(conn, page, seen.purses.values(), kept)\n",
        STORM,
    ),
    Bug(
        "a commit is not waited for until it is on the disk",
        "deploy/pools.py",
        "        await conn.execute(DESKS_PLANS)",
        '        await conn.execute("SET synchronous_commit = off")',
        STORM,
    ),
    Bug(
        "a booking whose commit was not heard of is told as booked",
        "federation/desk.py",
        "        for turn in waiting:\n            turn.refuse(Busy(retry_after=RETRY_AFTER))\n",
        "        for turn in waiting:\n"
        "            if turn.told is not None:\n"
        "                turn.answer(turn.told)\n"
        "            turn.refuse(Busy(retry_after=RETRY_AFTER))\n",
        STORM,
    ),
    Bug(
        "wallets are locked by nobody, in a storm",
        LINE_UP,
        LOCKED,
        UNLOCKED,
        CROWD,
    ),
    Bug(
        "a moment's rubbish in the clock's file is not forgiven",
        "deploy/clock.py",
        "        except (OSError, ValueError) as why:\n",
        "        except FileNotFoundError as why:\n",
        "tests/deploy/test_clock.py::test_a_clock_that_cannot_be_read_stands_still",
    ),
    Bug(
        "the sealer is not shown what returns left short",
        "deploy/migrations/0014_sealer_sees_shortages.sql",
        "USING (true)",
        "USING (false)",
        "tests/deploy/test_deep.py::test_sound_books_differ_in_nothing",
    ),
)
