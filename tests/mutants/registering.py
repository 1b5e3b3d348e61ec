"""Bugs in the registers: who sees a notice, who may book, who changes a setting."""

from tests.mutants.bug import Bug

PAGES = "tests/pages/test_registers.py"

REGISTERING = (
    Bug(
        "a notice hangs at every shop, whomever it is for",
        "tenants/board/board_here.sql",
        "notices.level = 'all' OR %(shops)s::bigint [] IS NULL",
        "true",
        f"{PAGES}::test_o1_a_notice_of_headquarters_hangs_at_the_shops_it_is_for_and_says_who_saw_it",
    ),
    Bug(
        "a preview of a setting keeps it",
        "deploy/registers/setting_pages.py",
        "        raise Rollback(trial)\n",
        "",
        f"{PAGES}::test_o3_a_shop_changes_what_is_delegated_to_it_and_nothing_else",
    ),
    Bug(
        "a till that the console stopped goes on",
        "deploy/registers/shop_pages.py",
        "                await clients.revoke_till(worker, tenant, till)\n",
        "                pass\n",
        f"{PAGES}::test_o13_a_new_operator_reaches_a_first_accrual_by_the_checklist",
    ),
)
