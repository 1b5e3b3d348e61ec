"""Bugs of what is given without a sale: once, to whom, when, and never more than was laid out."""

from tests.mutants.bug import Bug

ROWS = "tests/bonuses/test_given_without_a_sale.py"
AT_ONCE = "tests/bonuses/test_at_once.py"
CARDS = "tests/tenants/test_stamping.py"
AGES = "tests/tenants/test_ages.py"
HANDED = "tests/bonuses/test_handed_over.py"
VISIT = f"{ROWS}::test_m18_a_visit_gives_points_once_per_business_day"
BIRTHDAY = f"{ROWS}::test_m20_a_birthday_comes_once_a_fiscal_year"

GIVING = (
    Bug(
        "a visit is had as often as it is said",
        "tenants/giving.py",
        "if not holder.used.get((once(one, till), day))]",
        "if till.shop]",
        VISIT,
    ),
    Bug(
        "a shop's day ends at midnight",
        "tenants/giving.py",
        "if day != business_day(asked.at, till):",
        "if day > business_day(asked.at, till) + timedelta(days=1):",
        VISIT,
    ),
    Bug(
        "an undone visit stays counted",
        "federation/reverse.py",
        "(one.rule, one.on, one.times)",
        "(one.rule, one.on, 0)",
        VISIT,
    ),
    Bug(
        "what a visit counts for is not written",
        "federation/bonus.py",
        "page.use(purse.member_id, one.rule, one.on, one.times)",
        "page.use(purse.member_id, one.rule, one.on, 0)",
        f"{AT_ONCE}::test_sixty_four_tills_give_one_visit",
    ),
    Bug(
        "a till books by a limit that nobody looked up",
        "federation/booking.py",
        "if not turn.ask.counted(till) <= turn.ask.counted(turn.till):",
        "if turn.refused is not None:",
        f"{AT_ONCE}::test_a_till_that_does_not_know_of_a_benefit_yet_gives_it_once",
    ),
    Bug(
        "two who become one have two birthdays",
        "federation/looking.py",
        "wanted.every_rule |= len(turn.members) > 1",
        "wanted.every_rule |= len(turn.members) > 2",
        BIRTHDAY,
    ),
    Bug(
        "a birthday is counted in the year of its booking, and had again in another",
        "tenants/giving.py",
        "if holder.used.get((one.kind, year_begins(asked.due_on))):",
        "if holder.used.get((one.rule, year_begins(asked.due_on))):",
        BIRTHDAY,
    ),
    Bug(
        "whoever joins within the month gets it at once",
        "tenants/ages.py",
        "due_on = joined_on + DAY",
        "due_on = joined_on",
        f"{AGES}::test_the_birthday_benefit_falls_due",
    ),
    Bug(
        "who was born on 2/29 has its day on 2/28",
        "tenants/ages.py",
        "return date(year, 3, 1)",
        "return date(year, 2, 28)",
        f"{AGES}::test_every_year_has_one_birthday_and_one_anniversary",
    ),
    Bug(
        "the office's bonus counts for nobody's limit",
        "tenants/office.py",
        "counts = (Count(ADJUSTMENT, day, points),)",
        "counts = (Count(ADJUSTMENT, day, 0),)",
        f"{ROWS}::test_m23_a_bonus_bears_its_reason_its_rule_and_who_agreed",
    ),
    Bug(
        "a household refers itself",
        "tenants/referral.sql",
        "own.phone = theirs.phone",
        "false",
        f"{ROWS}::test_m24_nobody_refers_themselves_in_any_shape",
    ),
    Bug(
        "a sale that earns nothing brings the referral",
        "tenants/unfolding.py",
        "and brought.given_entry_id is None and one.points > 0:",
        "and brought.given_entry_id is None:",
        f"{CARDS}::test_a_friends_purchase_rewards_both",
    ),
    Bug(
        "a card wants one stamp more",
        "tenants/stamping.py",
        "if len(card.marks) >= (one.stamps or 0):",
        "if len(card.marks) > (one.stamps or 0):",
        f"{CARDS}::test_a_card_is_stamped",
    ),
    Bug(
        "a rally counts a visit that is too old by a day",
        "tenants/stamping.py",
        "if kept.stamped_on > too_old",
        "if kept.stamped_on >= too_old",
        f"{CARDS}::test_a_card_is_stamped",
    ),
    Bug(
        "a stamp of an issued card is taken back",
        "tenants/stamping.py",
        """    if card.state != "open":
        return
""",
        "",
        f"{CARDS}::test_a_card_is_stamped",
    ),
    Bug(
        "two follow the journal at once",
        "tenants/follow.sql",
        "\nFOR UPDATE",
        "",
        f"{AT_ONCE}::test_every_fifth_stamp_issues_one_reward_however_many_follow",
    ),
    Bug(
        "a prize that was taken back is gone for good",
        "tenants/ranks/prizes_due.sql",
        "            AND handed.undone_at IS NULL\n",
        "",
        f"{HANDED}::test_a_rally_prize_is_handed_over_once_by_whom_where_and_when",
    ),
    Bug(
        "stamps stay with who has become another",
        "tenants/unfolding.py",
        "            if what is None or is_over(card, what, one.business_date):\n",
        "            if True:\n",
        f"{HANDED}::test_stamps_go_along_when_two_members_become_one",
    ),
)
