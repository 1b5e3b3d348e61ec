"""Bugs of the finance office's pages: what may be saved, who is shown a button, what is proved."""

from tests.mutants.bug import Bug

PAGES = "tests/pages/test_finance.py"
MOVES = "tests/pages/test_finance_moves.py"
STANDING = "tests/deploy/test_finance_standing.py"

FINANCING = (
    Bug(
        "a step of a cycle moves no page that is open",
        "deploy/finance/shared.py",
        "    request.app.state.hub.live.step()\n",
        "",
        f"{MOVES}::test_the_board_of_cycles_moves_when_another_takes_a_step",
    ),
    Bug(
        "a page waits until a long report is worked out",
        "deploy/finance/worked.py",
        "BLINK = 0.7",
        "BLINK = 70.0",
        f"{MOVES}::test_a_long_report_keeps_nobody_waiting_and_is_there_later",
    ),
    Bug(
        "a bank file is handed out before it was approved and released",
        "deploy/finance/files.py",
        "if one.released_at is not None\n    }",
        "}",
        f"{PAGES}::test_no_file_for_the_bank_is_handed_out_before_its_release",
    ),
    Bug(
        "who prepared is shown the button to approve",
        "deploy/web/finance/payments.html",
        "{% elif mine %}",
        "{% elif false %}",
        f"{PAGES}::test_whoever_prepared_sees_no_button_to_approve_and_is_refused",
    ),
    Bug(
        "the page that verifies believes every hash",
        "deploy/web/verify.js",
        "if (!same(hashes[n], one.leaf))",
        "if (!hashes[n])",
        f"{PAGES}::test_a_seal_is_verified_in_the_browser_and_a_changed_byte_is_seen",
    ),
    Bug(
        "the page that verifies believes the stated nets",
        "deploy/web/verify.js",
        "const nets = books.recomputedNets();",
        "const nets = books.nets;",
        f"{PAGES}::test_the_browser_comes_to_the_nets_of_whatever_cycle_and_names_a_forged_one",
    ),
    Bug(
        "a payment to another account is shown as the same",
        "deploy/finance/binding.py",
        "return bool(then and now - then)",
        "return not then",
        f"{STANDING}::test_a_payment_to_another_account_stands_first_among_what_differs",
    ),
    Bug(
        "every payment of a party that was paid before is shown as another account's",
        "deploy/finance/binding.py",
        "else one.transfer.to).place]",
        "else one.transfer.to).place, (one.reference,)]",
        f"{STANDING}::test_a_payment_to_another_account_stands_first_among_what_differs",
    ),
)
