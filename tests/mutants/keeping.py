"""Bugs of what is kept out and apart: files, tokens given back, who left, ids, small counts."""

from tests.mutants.bug import Bug

OWNER = "tests/deploy/test_owner.py"
SCAN = "tests/stories/test_scanning.py"
SHUT = "tests/auth/test_shut_out.py"
LEAVERS = "tests/auth/test_leavers.py"
PUSHED = "tests/auth/test_pushed.py"
TOLD = "tests/auth/test_told.py"
APART = "tests/stories/test_isolation.py"
CROWD = "tests/federation/test_crowd.py"
SIGNED = "tests/webhooks/test_signing.py"
IN_THE_BOOKING = f"{SHUT}::test_a_token_that_was_given_back_is_refused_in_the_booking_itself"
AS_UNKNOWN = f"{APART}::test_another_shops_things_are_as_unknown_as_what_never_was"
RINGS = "test_two_rings_that_one_cell_joins_give_that_cell_away_and_so_it_does_not_stand_alone"
KEY_OF_ITS_OWN = "test_each_endpoint_has_a_key_of_its_own_so_that_nobody_passes_on_what_was_signed"

KEEPING = (
    Bug(
        "what a migration makes stays with whoever migrated",
        "deploy/migrate.py",
        "            conn.execute(hand_over)\n",
        "            pass\n",
        f"{OWNER}::test_everything_belongs_to_somebody_who_cannot_log_in",
    ),
    Bug(
        "a scanner that stumbled lets a file in",
        "tenants/scanning.py",
        "    if said == CLEAN:\n",
        "    if not said.endswith(FOUND):\n",
        f"{SCAN}::test_only_the_scanners_own_yes_lets_a_file_in",
    ),
    Bug(
        "a scanner that is gone lets a file in",
        "tenants/scanning.py",
        "        raise ScannerAway(retry_after=AGAIN_SECONDS) from None\n",
        "        return content\n",
        f"{SCAN}::test_a_scanner_that_is_silent_or_gone_lets_nothing_in",
    ),
    Bug(
        "offline lines are read unscanned",
        "tenants/batches_api.py",
        "await scan(await request.body())",
        "await request.body()",
        f"{SCAN}::test_members_and_offline_lines_are_scanned_before_they_are_read",
    ),
    Bug(
        "the desk asks about the client alone",
        "auth/shown.sql",
        "AND NOT EXISTS (SELECT FROM auth.withdrawn WHERE withdrawn.jti = asked.token)",
        "",
        IN_THE_BOOKING,
    ),
    Bug(
        "one token's till answers for another's",
        "tenants/mall.py",
        "asked = caller.client_id, caller.tenant_id, caller.token, code, caller.vouched",
        'asked = caller.client_id, caller.tenant_id, "", code, caller.vouched',
        IN_THE_BOOKING,
    ),
    Bug(
        "each till waits by itself for a database that is away",
        "federation/together.py",
        "begins = not self.looking",
        "begins = True",
        "tests/races/test_away.py",
    ),
    Bug(
        "a look that is over is still joined",
        "federation/together.py",
        "self._task is not None and not self._task.done()",
        "self._task is not None",
        "tests/federation/test_together.py::test_a_look_that_is_over_is_joined_by_nobody",
    ),
    Bug(
        "nobody hears who left",
        "federation/booking.py",
        "            self._gone(left)\n",
        "            pass\n",
        f"{LEAVERS}::test_after_a_withdrawal_no_token_of_the_member_holds",
    ),
    Bug(
        "who becomes one with another goes on allowing",
        "auth/end_grants_of.sql",
        "members.state IN ('withdrawn', 'merged')",
        "members.state IN ('withdrawn')",
        f"{LEAVERS}::test_who_becomes_one_with_another_allows_nothing_any_more",
    ),
    Bug(
        "anybody pushes as much as he likes",
        "auth/door_desk.py",
        "if not proves and (wait",
        "if proves and (wait",
        f"{PUSHED}::test_an_app_that_proves_nothing_pushes_only_so_much_from_one_address",
    ),
    Bug(
        "an id that was made up is not looked for",
        "federation/opaque.py",
        "            return NOBODYS\n",
        "            raise\n",
        AS_UNKNOWN,
    ),
    Bug(
        "a hold's name leads every tenant to its member",
        "federation/opaque.py",
        "tenant_id.to_bytes(15)",
        "bytes(15)",
        f"{APART}::test_anothers_hold_costs_no_more_where_the_clock_decides_for_its_member",
    ),
    Bug(
        "of another's token less is asked",
        "auth/telling.py",
        "kept, stands = self._server.giving.alive(client, token), self._stands(claims)",
        "kept, stands = self._server.giving.alive(client, token), "
        "bool(claims and may_know(client, claims) and self._stands(claims))",
        f"{TOLD}::test_the_same_is_asked_of_the_database_whatever_token_is_brought",
    ),
    Bug(
        "a hidden count follows from its sum",
        "federation/crowd.py",
        "while hidden and shown and lacking < LEAST:",
        "while False:",
        CROWD,
    ),
    Bug(
        "a hidden count follows from a bridge",
        "federation/crowd.py",
        "follows = any(not led_round(hidden, y, x) for y, x in hides)",
        "follows = len(hides) == 1",
        f"{CROWD}::{RINGS}",
    ),
    Bug(
        "all endpoints have one key",
        "tenants/webhooks/signing.py",
        'info = b"meguri webhook v1a " + whose.encode()',
        'info = b"meguri webhook v1a "',
        f"{SIGNED}::{KEY_OF_ITS_OWN}",
    ),
)
