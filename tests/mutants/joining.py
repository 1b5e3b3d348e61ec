"""Bugs of members: who joins, what is rewarded, who sees how much, what is told and how often."""

from tests.mutants.bug import Bug

ROWS = "tests/stories/test_member_rows.py"
NOTICES = "tests/stories/test_member_notices.py"
CARD = "tests/people/test_member_card.py"
PHONE = "tests/pages/test_member_phone.py"

JOINING = (
    Bug(
        "two who join with one address at once are two members",
        "auth/people/signing_up.py",
        '        await worker.execute(ONE_AT_A_TIME, {"email": told.email.lower()})\n',
        "",
        f"{ROWS}::test_sign_ups_of_one_contact_at_once_make_one_member[email]",
    ),
    Bug(
        "whoever comes second has the card",
        "federation/register.py",
        "    if await carriers.lock(conn, led.member_id) != UNREGISTERED:\n",
        "    if await carriers.lock(conn, led.member_id) == 'frozen':\n",
        f"{ROWS}::test_registrations_of_one_card_at_once_make_it_one_members",
    ),
    Bug(
        "an unregistered card spends",
        "tenants/spending.py",
        '    if holder.state == "unregistered":\n        raise CardNotRegistered\n'
        '    if holder.state != "active":',
        '    if holder.state not in ("active", "unregistered"):',
        f"{ROWS}::test_m2_an_unregistered_card_earns_and_spends_only_once_it_is_registered",
    ),
    Bug(
        "a code is guessed as often as one likes",
        "auth/people/try_sign_up.sql",
        "AND wrong_tries < 5",
        "AND wrong_tries < 99",
        f"{ROWS}::test_m2_a_code_is_good_once_for_fifteen_minutes_and_five_guesses",
    ),
    Bug(
        "what was known is rewarded",
        "tenants/enriching.py",
        "if name in new and getattr(known, name) is None]",
        "if name in new]",
        f"{ROWS}::test_m2_what_is_told_later_is_rewarded_once_per_field",
    ),
    Bug(
        "a birthday is mended as often as one likes",
        "tenants/enriching.py",
        "told.birth_on != known and standing.birth_changes > 0",
        "told.birth_on != known and standing.birth_changes > 9",
        f"{ROWS}::test_m2_a_birthday_is_mended_once_by_the_office_alone",
    ),
    Bug(
        "a shop sees what a facility sees",
        "tenants/sight.py",
        "if OUTLINE not in scopes:",
        "if not scopes:",
        f"{NOTICES}::test_m1_everybody_sees_as_much_of_a_member_as_their_permission_says",
    ),
    Bug(
        "a phone number pays",
        "federation/earning_code.sql",
        "    %(now)s::timestamptz\n)",
        "    NULL\n)",
        f"{NOTICES}::test_m6_a_phone_number_earns_after_a_masked_name_and_spends_nothing",
    ),
    Bug(
        "the mark goes past what was not told",
        "tenants/notice_redemptions.sql",
        "WHERE entries.kind = 'redemption'",
        "WHERE entries.kind = 'redemption' AND entries.of_entry_id IS NULL",
        f"{NOTICES}::test_m60_every_redemption_is_told_and_nothing_else",
    ),
    Bug(
        "a redemption is told once per follower",
        "tenants/notice_redemptions.sql",
        "'redeemed/' || spent.entry_id, 'redeemed',",
        "'redeemed/' || spent.entry_id || '/' || nextval('tenants.ids'), 'redeemed',",
        f"{NOTICES}::test_m60_each_is_told_once_however_often_the_follower_starts",
    ),
    Bug(
        "the codes on a thief's screen still pay",
        "tenants/noticing.py",
        "        await codes.revoke(conn, member_id, now)\n",
        "",
        f"{NOTICES}::test_m60_not_me_freezes_at_once_and_ends_the_codes_on_the_screen",
    ),
    Bug(
        "a mail's link freezes for ever anew",
        "tenants/deny_notice.sql",
        " AND denied_at IS NULL",
        "",
        f"{CARD}::test_m60_a_mails_link_asks_first_and_freezes_once",
    ),
    Bug(
        "LINE's answer to another try is believed",
        "auth/line.py",
        " and told.nonce == nonce",
        "",
        f"{CARD}::test_m7_an_id_token_that_is_not_for_this_try_links_nothing[claims2-HS256]",
    ),
    Bug(
        "a stranger's code from LINE is taken",
        "auth/people/card_pages.py",
        "    if set_ is None or not secrets.compare_digest(set_, sha256(state)):",
        "    if False:",
        f"{CARD}::test_m7_another_sessions_try_and_a_foreign_key_link_nothing",
    ),
    Bug(
        "a notice is asked about for ever",
        "tenants/pending_notice.sql",
        "WHERE consents.member_id = members.member_id AND",
        "WHERE consents.member_id = -1 AND",
        f"{CARD}::test_a_new_version_of_the_notice_is_asked_at_the_next_sign_in",
    ),
    Bug(
        "a code that did not come is never asked for again",
        "deploy/web/member.js",
        "    waits ??= setTimeout(asks, AGAIN);\n",
        "",
        f"{PHONE}::test_a_code_that_did_not_come_is_asked_for_until_it_does",
    ),
    Bug(
        "a page that cannot be shown takes the card for when there is no line away",
        "deploy/web/members/refused.html",
        "{% block forgets %}{% endblock %}\n",
        "",
        f"{PHONE}::test_an_address_that_leads_nowhere_is_a_page_and_takes_nothing_away",
    ),
    Bug(
        "saving a home facility changes the language of mails",
        "deploy/web/members/profile.html",
        'mails == "en"',
        'lang == "en"',
        f"{PHONE}::test_the_language_of_mails_is_the_one_that_was_chosen",
    ),
    Bug(
        "who goes by Tab is led under the menu",
        "deploy/web/member.css",
        "scroll-padding-bottom: 5.5rem;",
        "",
        "tests/pages/test_keyboard.py::test_every_page_is_gone_through_by_tab",
    ),
)
