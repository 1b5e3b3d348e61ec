"""Bugs of what the hub does by itself: jobs, ranks, reminders, mails."""

from tests.mutants.bug import Bug

JOBS = "tests/jobs/test_jobs.py"
RULES = "tests/jobs/test_rank_rules.py"
RANKS = "tests/jobs/test_ranks.py"
MAILS = "tests/jobs/test_mails.py"

LONGING = (
    Bug(
        "a job of every minute is said to come every 1 minutes",
        "deploy/jobs/schedule.py",
        'f"every {unit}" if many == 1 else',
        'f"every {unit}" if many == 0 else',
        "tests/jobs/test_schedule.py::test_how_often_is_said_in_words_that_people_use",
    ),
    Bug(
        "a job runs in two places at once",
        "deploy/jobs/runner.py",
        "            if not await runs.alone(conn, name):\n                raise Taken\n",
        "",
        f"{JOBS}::test_a_job_runs_in_one_place_at_a_time",
    ),
    Bug(
        "what was done is done again by whoever rings next",
        "deploy/jobs/runner.py",
        "if not asked and await runs.is_done(conn, name, due_at):",
        "if False:",
        f"{JOBS}::test_a_job_runs_in_one_place_at_a_time",
    ),
    Bug(
        "of days that were missed only the last is made up for",
        "deploy/jobs/schedule.py",
        "        when.each_day\n        and done_up_to",
        "        False\n        and done_up_to",
        f"{JOBS}::test_days_that_were_missed_are_made_up_for_in_order",
    ),
    Bug(
        "a job goes on without its lock",
        "deploy/jobs/runner.py",
        '            await conn.execute("SELECT 1")\n',
        "            pass\n",
        f"{JOBS}::test_a_session_that_loses_its_lock_stops_its_job",
    ),
    Bug(
        "the threshold itself does not do",
        "tenants/ranks/rules.py",
        "    reached = figure >= rule.threshold\n",
        "    reached = figure > rule.threshold\n",
        f"{RULES}::test_who_reaches_the_threshold_rises",
    ),
    Bug(
        "a return takes no rank away",
        "tenants/ranks/rules.py",
        "    if not reached and rule.lowered:\n",
        "    if False:\n",
        f"{RANKS}::test_a_return_lowers_the_basis_and_takes_the_rank_of_next_year_away",
    ),
    Bug(
        "members who become one have each bought alone",
        "tenants/ranks/sums.sql",
        "            WHERE kin.member_id = asked.member_id OR kin.merged_into = asked.member_id\n",
        "            WHERE kin.member_id = asked.member_id\n",
        f"{RANKS}::test_members_who_become_one_have_bought_together",
    ),
    Bug(
        "a late sale gets the rank of today",
        "federation/booking.py",
        "        purse.rank_on(turn.ask.business_date),\n",
        "        purse.rank,\n",
        f"{RANKS}::test_m13_who_buys_for_200000_yen_in_a_year_is_premium_in_the_next",
    ),
    Bug(
        "two sales of a day are two visits",
        "tenants/ranks/sums.sql",
        "    count(*) FILTER (WHERE days.spend_yen > 0) AS visits,\n",
        "    2 * count(*) FILTER (WHERE days.spend_yen > 0) AS visits,\n",
        f"{RANKS}::test_m14_a_third_visit_makes_gold_at_once_and_two_sales_a_day_are_one_visit",
    ),
    Bug(
        "points that are spent were never earned",
        "deploy/migrations/0039_ranks.sql",
        "        WHEN what.kind IN ('accrual', 'bonus') THEN what.points\n",
        "        WHEN what.kind IN ('accrual', 'bonus', 'redemption') THEN what.points\n",
        f"{RANKS}::test_m15_points_that_were_earned_count_also_when_they_are_spent",
    ),
    Bug(
        "a benefit has no limit",
        "tenants/ranks/benefits.py",
        "        raise OverLimit\n",
        "        pass\n",
        f"{RANKS}::test_m57_a_rank_gives_parking_twice_a_month_and_no_point_moves",
    ),
    Bug(
        "a reminder forgets the points that slide",
        "tenants/mailing/expiring.sql",
        "coalesce(lots.expires_on, members.slides_on) = %(on)s::date\n",
        "lots.expires_on = %(on)s::date\n",
        f"{MAILS}::test_points_that_slide_are_told_by_the_wallets_day",
    ),
    Bug(
        "a reminder is sent of what was spent",
        "deploy/mail/sender.py",
        "    if on < day_of(now) or not await outbox.lapses(conn, due.member_id, on):\n",
        "    if on < day_of(now):\n",
        f"{MAILS}::test_a_reminder_tells_what_is_left_when_it_leaves_and_not_what_is_spent",
    ),
    Bug(
        "who wants no more mails gets them",
        "deploy/mail/sender.py",
        '    return None if due.wanted else "not-wanted"\n',
        "    return None\n",
        f"{MAILS}::test_one_click_stops_a_kind_of_mails_and_no_other",
    ),
    Bug(
        "a tenant's handle of a member stops the mails",
        "deploy/mail/mail_pages.py",
        "    if nobody != 0 or kind not in KINDS:\n",
        "    if kind not in KINDS:\n",
        f"{MAILS}::test_one_click_stops_a_kind_of_mails_and_no_other",
    ),
    Bug(
        "a return leaves a rank by rolling months as long as it was",
        "tenants/ranks/rules.py",
        "to_on == known.to_on or (to_on < known.to_on and not rule.lowered)",
        "to_on <= known.to_on",
        f"{RULES}::test_a_return_shortens_rolling_months_to_the_last_day_on_which_they_were_reached",
    ),
    Bug(
        "rolling months are judged by the rule of today, whatever it was then",
        "tenants/ranks/rules.py",
        "next((one for one in reversed(versions) if one.from_on <= day), None)",
        "versions[-1]",
        f"{RULES}::test_the_last_day_on_which_rolling_months_were_reached",
    ),
    Bug(
        "a member's own reminder days are as agreed for all",
        "tenants/mailing/expiring.sql",
        "coalesce(%(days)s::integer = ANY(own.days), %(agreed)s::boolean)",
        "%(agreed)s::boolean",
        f"{MAILS}::test_mails_follow_a_members_own_language_and_days",
    ),
)
