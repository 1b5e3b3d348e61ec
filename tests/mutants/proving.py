"""Bugs of proofs and replays: who sees what, what holds, and what comes out again."""

from tests.mutants.bug import Bug

PROOF = "tests/settlement/test_proof.py"
WHATIF = "tests/settlement/test_whatif.py"

REPLAYING = (
    Bug(
        "a proof leaves out what was taken in its party's stead",
        "settlement/inclusion.py",
        "return party in (line.funder, line.tenant, line.stead)",
        "return party in (line.funder, line.tenant)",
        f"{PROOF}::test_whose_grant_was_taken_back_proves_it_though_neither_lot_nor_shop_were_its_own",
    ),
    Bug(
        "a proof shows every grant to everyone",
        "settlement/inclusion.py",
        "return named and concerns(parse(line), self._party)",
        'return named or line.endswith(b\'"type":"grant"}\') or concerns(parse(line), self._party)',
        f"{PROOF}::test_a_proof_has_all_that_concerns_its_party_and_nothing_else",
    ),
    Bug(
        "hidden lines join across subtrees",
        "settlement/inclusion.py",
        "and (self._leaves + 1) % (2 * size) == 0",
        "and size > 0",
        f"{PROOF}::test_any_subset_of_any_tree_grows_to_its_root",
    ),
    Bug(
        "a hash may be changed unseen",
        "settlement/verify_proof.py",
        "found = HIDDEN.fullmatch(text)\n        if found is None or not whole(text, found[1]):",
        "found = HIDDEN.fullmatch(text)\n        if found is None:",
        f"{PROOF}::test_every_single_changed_byte_is_found_in_its_line",
    ),
    Bug(
        "what is sealed is not held against its own lines",
        "settlement/verify_proof.py",
        "if due.pop(place, None) != line:",
        "if due.pop(place, line) is None:",
        f"{PROOF}::test_a_line_that_the_hub_keeps_from_its_party_is_missed",
    ),
    Bug(
        "the fund has a proof of its own",
        "settlement/proved.sql",
        "AND parties.kind IN ('tenant', 'facility')",
        "AND parties.kind IN ('tenant', 'facility', 'fund')",
        f"{WHATIF}::test_there_is_no_proof_of_what_is_not_ones_own",
    ),
    Bug(
        "the first drawn comes back first",
        "settlement/whatif/replay.py",
        "for grant in reversed([[(lot, n) for _, lot, n in parts] for _, parts in drawn]):",
        "for grant in [[(lot, n) for _, lot, n in parts] for _, parts in drawn]:",
        f"{WHATIF}::test_a_receipt_that_was_paid_twice_comes_back_the_last_first",
    ),
    Bug(
        "another redemption of a receipt is forgotten",
        "settlement/whatif/replay.py",
        "        if receipt is None:\n            return [spent]",
        "        if receipt is None or receipt:\n            return [spent]",
        f"{WHATIF}::test_a_receipt_that_was_paid_twice_comes_back_the_last_first",
    ),
    Bug(
        "what is late is in time",
        "settlement/whatif/worlds.py",
        "parts.business_date < period.first_on",
        "parts.business_date < date.min",
        f"{WHATIF}::test_what_is_late_stays_late_and_other_cycles_take_it_when_they_are_open",
    ),
    Bug(
        "a tie is the tenant's to pay",
        "settlement/whatif/carving.py",
        '"tenant": 3}',
        '"tenant": -1}',
        f"{WHATIF}::test_a_grant_is_carved_anew_to_the_point",
    ),
    Bug(
        "proportional is first in, first out",
        "settlement/whatif/replay.py",
        "shared = largest_remainder(some, [free for _, free in usable])",
        "return take(usable, some)",
        f"{WHATIF}::test_proportional_attribution_shares_a_spending_over_all_that_is_open",
    ),
)
