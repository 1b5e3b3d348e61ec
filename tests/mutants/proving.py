"""Bugs of proofs and replays: who sees what, what holds, and what comes out again."""

from tests.mutants.bug import Bug

PROOF = "tests/settlement/test_proof.py"
WHATIF = "tests/settlement/test_whatif.py"
THOUGHTS = "tests/settlement/test_thoughts.py"
SPENT = "tests/federation/test_attribution.py::test_what_is_spent_is_attributed_to_its_funders"

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
        f"{THOUGHTS}::test_what_is_late_stays_late_and_other_cycles_take_it_when_they_are_open",
    ),
    Bug(
        "a tie is the tenant's to pay",
        "settlement/whatif/carving.py",
        '"tenant": 3}',
        '"tenant": -1}',
        f"{THOUGHTS}::test_a_grant_is_carved_anew_to_the_point",
    ),
    Bug(
        "a replay does not share what is spent",
        "settlement/whatif/replay.py",
        "return purse.spend(points, today, here, limited_first, self._rules.proportional)",
        "return purse.spend(points, today, here, limited_first)",
        f"{THOUGHTS}::test_proportional_attribution_shares_a_spending_among_the_funders_of_points_that_are_alike",
    ),
    Bug(
        "points of any last day are alike",
        "federation/purse.py",
        "kind = self.last_day(lot), lot.limited, lot.facility_id, lot.scheme_id",
        "kind = lot.limited, lot.facility_id, lot.scheme_id",
        SPENT,
    ),
    Bug(
        "a lot bears its part, not its funder",
        "federation/purse.py",
        "has[lot.funder_id] = has.get(lot.funder_id, 0) + free",
        "has[lot.funder_id] = free",
        SPENT,
    ),
    Bug(
        "a capture is drawn from the oldest",
        "federation/hold.py",
        "taken = purse.attribute(take(parts, spent.points), parts, spent.proportional)",
        "taken = take(parts, spent.points)",
        "tests/settlement/test_attribution.py::test_funders_bear_what_is_spent_in_proportion_and_every_paper_says_so",
    ),
    Bug(
        "what is paid at issue is attributed too",
        "tenants/layout.py",
        'if attribution == "PROPORTIONAL" and funding != "at-redemption":',
        'if attribution == "PROPORTIONAL" and funding == "never":',
        "tests/settlement/test_attribution.py::test_where_nobody_pays_at_redemption_there_is_nothing_to_attribute",
    ),
    Bug(
        "a sealed file is not read to its end",
        "settlement/whatif/rewriting.py",
        "if self._written(sealed) != sealed:",
        "if self._number == 1 and self._written(sealed) != sealed:",
        f"{WHATIF}::test_a_line_that_is_not_what_the_replay_writes_is_named",
    ),
    Bug(
        "another head of the journal is sealed",
        "settlement/whatif/rewriting.py",
        "header.journal if isinstance(header, Header) else UNSET,",
        "UNSET,",
        f"{WHATIF}::test_as_things_were_the_replay_writes_the_sealed_file_byte_for_byte",
    ),
    Bug(
        "fees come as a surprise",
        "settlement/exposure/fees.py",
        "return sum(one.yen for one in charges_of(own, bases.issued, bases.honoured, cycle))",
        "return 0 * sum(one.yen for one in charges_of(own, bases.issued, bases.honoured, cycle))",
        "tests/settlement/exposure/test_fees_to_come.py::test_fees_and_tax_of_a_running_cycle_are_owed_as_the_close_will_state_them",
    ),
    Bug(
        "food is taxed at the standard rate",
        "settlement/paper/estimates.py",
        '+ without_tax(one["reduced"], REDUCED_BP),',
        '+ without_tax(one["reduced"], rate_on(month, rates)),',
        "tests/settlement/test_estimates.py::test_goods_at_the_reduced_rate_are_worth_more_without_their_tax",
    ),
    Bug(
        "what is sent again is sent unseen",
        "deploy/settlement_commands.py",
        'await past_the_console(conn, f"again {cycle}", now)',
        'f"again {cycle}"',
        "tests/deploy/test_settlement_commands.py::test_what_is_done_without_the_console_is_told_at_everybody_s_next_sign_in",
    ),
)
