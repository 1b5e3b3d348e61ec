"""Bugs at the browser till: what books in training, what is spent twice, whose slips are shown."""

from tests.mutants.bug import Bug

PAGE = "tests/pages/test_till.py"
SCREENS = "tests/pages/test_till_screens.py"
TILLS = "tests/stories/test_browser_tills.py"

TILLING = (
    Bug(
        "a camera is of use only where the browser reads bar codes itself",
        "deploy/web/till/scanner.js",
        "hasCamera = () => Boolean(",
        'hasCamera = () => "BarcodeDetector" in window && Boolean(',
        "tests/pages/test_till_camera.py::test_a_camera_reads_the_card",
    ),
    Bug(
        "a camera looks at the picture as large as it is, and at nothing else",
        "deploy/web/till/scanner.js",
        "const SIZES = [1, 2, 3, 4];",
        "const SIZES = [1];",
        "tests/pages/test_till_camera.py::test_a_camera_reads_the_card",
    ),
    Bug(
        "a scan falls apart where the cursor moves",
        "deploy/web/till/scanner.js",
        "const quick = event.timeStamp - last < A_BURST;",
        "const quick = event.timeStamp - last < A_BURST"
        " && document.activeElement === (burst.at(-1) ?? [document.activeElement])[0];",
        "tests/pages/test_till_screens.py"
        "::test_a_scan_is_one_although_the_cursor_moves_in_the_middle_of_it",
    ),
    Bug(
        "training books",
        "deploy/web/till/desk.js",
        "const actor = () => (how.training ? training : real);",
        "const actor = () => real;",
        f"{PAGE}::test_a_till_in_training_leaves_no_ledger_entry",
    ),
    Bug(
        "points without an answer are queued, not cancelled",
        "deploy/web/till/booking.js",
        "  return cancelled(one);\n}",
        "  return queued(one);\n}",
        f"{PAGE}::test_points_without_an_answer_are_cancelled_and_the_customer_pays_in_full",
    ),
    Bug(
        "a slip is in two hands at once",
        "deploy/web/till/booking.js",
        "  return held(one.slip, {}, async () => {",
        "  return held(`${one.slip} too`, {}, async () => {",
        f"{PAGE}::test_points_that_are_being_asked_for_again_are_cancelled_by_nobody_meanwhile",
    ),
    Bug(
        "a till waits a minute for a hub that does not answer",
        "deploy/web/till/hub.js",
        "const PATIENCE = 3000;",
        "const PATIENCE = 60000;",
        "tests/pages/test_till_patience.py::"
        "test_a_hub_that_does_not_answer_is_waited_for_three_seconds_then_the_sale_is_queued",
    ),
    Bug(
        "a line forgets the line before it",
        "deploy/web/till/chain.js",
        "prev: hex(await sha256(text)) }, one);",
        "prev: chain.prev }, one);",
        f"{PAGE}::test_a_shift_with_the_line_cut_in_the_middle",
    ),
    Bug(
        "any code describes any client",
        "deploy/migrations/0047_browser_tills.sql",
        "            AND offered.scopes = clients.scopes\n",
        "",
        f"{TILLS}::test_the_serving_role_adds_no_client_that_no_code_describes",
    ),
    Bug(
        "a till shows the slips of its neighbour",
        "tenants/till_slips.sql",
        "        AND till = %(till)s::text\n",
        "",
        f"{TILLS}::test_a_tills_slips_stand_with_what_became_of_them",
    ),
    Bug(
        "a screen of the till opens without the focus",
        "deploy/web/till/main.js",
        "  if (!here.contains(document.activeElement)) [",
        "  if (false) [",
        f"{SCREENS}::test_a_screen_that_a_key_opens_has_the_focus_and_it_comes_back_from_a_question",
    ),
    Bug(
        "the till shows a rank's code",
        "deploy/web/till/sale.js",
        "t(found.json.rank_name, found.json.rank_name_en)",
        "found.json.rank",
        f"{SCREENS}::test_a_code_is_seen_whole_beside_the_camera_and_the_rank_has_its_name",
    ),
)
