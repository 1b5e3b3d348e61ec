"""Bugs of the desk: locks, keys, slips asked twice, codes and PINs."""

from tests.mutants.bug import FOUND, HOLDS, LOCKS, PARALLEL, REVERSALS, VERBS, Bug

LINE_UP = "federation/line_up.sql"
LOCKED, UNLOCKED = "pg_advisory_xact_lock(28005, place)", "place"
ONE_OF_TWO = "test_two_processes_have_one_slip_and_one_receipt_for_one_of_two_members"
LOCKING = (
    Bug(
        "a wallet is read without its lock",
        LINE_UP,
        LOCKED,
        UNLOCKED,
        f"{PARALLEL}::test_two_processes_take_turns_at_a_card",
    ),
    Bug(
        "a hold is made without the lock",
        LINE_UP,
        LOCKED,
        UNLOCKED,
        f"{VERBS}::test_two_processes_take_turns_at_a_hold",
    ),
    Bug(
        "who freezes a wallet does not line up",
        "federation/carriers.py",
        '    await conn.execute(IN_LINE, {"members": [member_id]})\n',
        "",
        f"{LOCKS}::test_a_wallet_that_is_being_frozen_is_waited_for",
    ),
    Bug(
        "members line up in another order",
        LINE_UP,
        "ORDER BY place)",
        "ORDER BY place DESC)",
        f"{LOCKS}::test_members_line_up_in_one_order",
    ),
    Bug(
        "a booking does not hold off a close",
        LINE_UP,
        "pg_advisory_xact_lock_shared(%(close)s::bigint)",
        "%(close)s::bigint",
        f"{LOCKS}::test_a_close_waits_for_the_booking_that_has_begun",
    ),
    Bug(
        "a slip may stand in the books twice",
        "deploy/migrations/0002_federation.sql",
        "    booked_at timestamptz NOT NULL,\n    PRIMARY KEY (shop_id, slip)\n",
        "    booked_at timestamptz NOT NULL\n",
        f"{PARALLEL}::{ONE_OF_TWO}[slip-slip-reused]",
    ),
    Bug(
        "a receipt may stand in the books twice",
        "deploy/migrations/0002_federation.sql",
        "    booked_at timestamptz NOT NULL,\n"
        "    PRIMARY KEY (shop_id, business_date, receipt_till, receipt_no)\n",
        "    booked_at timestamptz NOT NULL\n",
        f"{PARALLEL}::{ONE_OF_TWO}[receipt_no-receipt-already-booked]",
    ),
    Bug(
        "a slip that came in during the look is judged unseen",
        "federation/desk.py",
        "not (taken.isdisjoint(wants) and turn.looked_up)",
        "not taken.isdisjoint(wants)",
        f"{LOCKS}::test_what_comes_in_while_the_desk_looks_is_looked_for_as_well",
    ),
    Bug(
        "an undoing overtakes the slip that waits",
        "federation/desk.py",
        "            taken |= wants"
        "  # also of who waits: nobody overtakes a slip that it concerns\n",
        "            taken |= set() if waits else wants\n",
        f"{FOUND}::test_nobody_overtakes_the_slip_that_it_concerns",
    ),
    Bug(
        "who is not taken after all stands before all others",
        "federation/desk.py",
        "        self._line_up_again(moved_on)\n",
        "        self._queue.extendleft(reversed(moved_on))\n",
        f"{FOUND}::test_what_names_a_sale_does_not_overtake_what_was_asked_by_the_card",
    ),
    Bug(
        "a shut door is not looked at again",
        "federation/booking.py",
        "turn.till.vouched != moved",
        "turn.till.vouched > moved",
        "tests/stories/test_cycles.py"
        "::test_without_redis_points_are_given_and_a_revocation_holds_for_money",
    ),
)
ASKING = (
    Bug(
        "tills are told before the commit",
        "federation/booking.py",
        "        await post(conn, page, seen.purses.values(), kept)\n",
        "        for turn in fresh:\n            turn.answer(turn.told)\n"
        "        await post(conn, page, seen.purses.values(), kept)\n",
        "tests/races/test_crash.py::test_a_killed_hub_has_lost_nothing_it_said",
    ),
    Bug(
        "a fingerprint is not compared",
        "federation/booking.py",
        "if not (known.cancelled or turn.fingerprint.startswith(known.fingerprint)):",
        "if False:",
        "tests/stories/test_pains.py::test_pain_11_a_slip_is_not_lost_to_a_failure_of_ours",
    ),
    Bug(
        "a refusal does not burn its slip",
        "federation/booking.py",
        "turn.refused.status == 409 and turn.refused.burns",
        "False",
        "tests/stories/test_remembered.py",
    ),
    Bug(
        "a path is not part of the fingerprint",
        "federation/fingerprint.py",
        'f"{ask.call}\\n{path}\\n"',
        'f"{ask.call}\\n\\n"',
        f"{HOLDS}::test_the_same_hold_and_the_same_capture_get_the_same_bytes",
    ),
    Bug(
        "what was cancelled before it came is booked",
        "federation/booking.py",
        "    return [own, cancelled]\n",
        "    return [own]\n",
        f"{REVERSALS}::test_a_slip_that_has_not_arrived_is_cancelled_for_ever",
    ),
)
PROVING = (
    Bug(
        "a code that has paid is not marked",
        "federation/verbs.py",
        'page.add("codes", {',
        "dict({",
        f"{VERBS}::test_a_code_that_is_shown_at_several_tills_at_once_pays_once",
    ),
    Bug(
        "a code lives an instant too long",
        "federation/booking.py",
        "card.expires_at <= as_of",
        "card.expires_at < as_of",
        f"{VERBS}::test_a_code_that_is_shown_at_several_tills_at_once_pays_once",
    ),
    Bug(
        "wrong PINs are not counted",
        "federation/booking.py",
        "tries = 0 if right else wrong + 1",
        "tries = 0 if right else wrong",
        f"{VERBS}::test_a_wrong_pin_at_six_tills_at_once_counts_five_tries",
    ),
    Bug(
        "a PIN has six tries",
        "federation/booking.py",
        "PIN_TRIES = 5",
        "PIN_TRIES = 6",
        f"{VERBS}::test_a_wrong_pin_at_six_tills_at_once_counts_five_tries",
    ),
)
