"""Bugs of limited counters, of campaigns, segments and corrections."""

from tests.mutants.bug import Bug

STOCKS = "tests/federation/test_stocks.py"
LIFE = "tests/campaigns/test_life.py"
RULES = "tests/campaigns/test_rules.py"
SEGMENTS = "tests/campaigns/test_segments.py"
CORRECTING = "tests/campaigns/test_correcting.py"
FIVE = f"{STOCKS}::test_a_stock_of_five_gives_to_five_of_forty_at_two_desks"
BUDGET = f"{LIFE}::test_the_last_sale_of_a_budget_gets_part_and_is_told_so"
ANEW_READ = f"{LIFE}::test_a_draft_is_written_anew_and_read_anew"
READ = f"{LIFE}::test_a_campaign_gives_nothing_before_another_person_has_read_it"
PAUSE = f"{LIFE}::test_a_pause_reaches_the_next_sale_and_a_return_still_knows_what_was_given"
ANEW = f"{SEGMENTS}::test_a_segment_is_evaluated_anew_each_day_and_goes_on_where_it_was_killed"
BOOKED = f"{CORRECTING}::test_a_correction_is_previewed_agreed_booked_and_undone"

CAMPAIGNING = (
    Bug(
        "a limited counter is read without its lock",
        "federation/stocks.sql",
        "ORDER BY stock\nFOR UPDATE",
        "ORDER BY stock",
        FIVE,
    ),
    Bug(
        "turns of a batch do not see what earlier ones took",
        "federation/page.py",
        "        self.stocks[stock] -= count\n",
        "",
        FIVE,
    ),
    Bug(
        "a budget is not asked",
        "tenants/campaigns/giving.py",
        "    return max(0, min(points, left.get(campaign.rule, 0)))",
        "    return points",
        BUDGET,
    ),
    Bug(
        "a reversal leaves the budget taken",
        "tenants/campaigns/giving.py",
        "            moved[lot.rule] -= lot.points",
        "            moved[lot.rule] -= 0",
        BUDGET,
    ),
    Bug(
        "a paused campaign gives",
        "tenants/campaigns/giving.py",
        '        campaign.state == "live"\n        and ',
        "        ",
        PAUSE,
    ),
    Bug(
        "a return forgets a campaign that was paused since",
        "tenants/earning.py",
        "        return (c for c in till.campaigns if c.rule in basis.given)",
        '        return (c for c in till.campaigns if c.state == "live")',
        PAUSE,
    ),
    Bug(
        "what was reviewed stays reviewed when it is written anew",
        "tenants/campaigns/lives.py",
        'await write(conn, asked, who, (found.state, "draft"), now)',
        'await write(conn, asked, who, (found.state, "draft"), now)\n'
        '    await rows(conn, STEP, {**asked_of, "from_state": "draft", "to_state": "reviewed",'
        ' "who": "", "steps": None})',
        ANEW_READ,
    ),
    Bug(
        "one agrees to what was written since one read it",
        "tenants/campaigns/lives.py",
        "if read not in (None, len(found.steps)):",
        "if False:",
        ANEW_READ,
    ),
    Bug(
        "an author reads what that person wrote",
        "tenants/campaigns/lives.py",
        "    if found.author == who:",
        "    if False:",
        READ,
    ),
    Bug(
        "a control group is given too",
        "tenants/campaigns/giving.py",
        "        and campaign.control not in borne\n",
        "",
        f"{LIFE}::test_a13_the_outcome_compares_with_a_control_group_that_got_nothing",
    ),
    Bug(
        "who has left a segment is given to",
        "federation/shed.sql",
        "SET to_on = %(from_on)s::date - 1",
        "SET to_on = to_on",
        ANEW,
    ),
    Bug(
        "a segment that was counted today is counted again",
        "tenants/campaigns/segments.py",
        "if one.counted_on != today]",
        "]",
        ANEW,
    ),
    Bug(
        "a correction takes the same from every funder's lots",
        "federation/adjust.py",
        "lot.rule == rule and lot.funder_id == funder_id",
        "lot.rule == rule",
        BOOKED,
    ),
    Bug(
        "a correction leaves the budget taken",
        "federation/adjust.py",
        "    page.take_stock(wanted.rule, -points)\n",
        "",
        BOOKED,
    ),
    Bug(
        "what a correction took is taken again when goods come back",
        "federation/past.py",
        "if draw.entry_id not in own and draw.kind in CORRECTED",
        "if False",
        f"{CORRECTING}::test_goods_that_come_back_after_a_correction_are_not_paid_for_twice",
    ),
    Bug(
        "goods of some thousand yen count as small",
        "tenants/campaigns/premiums.py",
        "    if price_yen < SMALL_PRICE_YEN:",
        "    if price_yen <= SMALL_PRICE_YEN + 4_000:",
        f"{RULES}::test_premiums_by_the_table_of_the_law",
    ),
)
