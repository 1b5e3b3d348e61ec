"""Bugs at the browser till: what books in training, what is spent twice, whose slips are shown."""

from tests.mutants.bug import Bug

PAGE = "tests/pages/test_till.py"
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
)
