"""Bugs of people: who comes in, how often a proof counts, who sees what, who approves."""

from tests.mutants.bug import Bug

SIGN_IN = "tests/people/test_sign_in.py"
WORDS = "tests/people/test_words.py"
KEYS = "tests/people/test_passkeys.py"
PLACES = "tests/people/test_places.py"
FINANCE = "tests/people/test_finance.py"
MEMBERS = "tests/people/test_members.py"

PEOPLING = (
    Bug(
        "whoever was invited may make a second factor for ever",
        "auth/people/person_by_login.sql",
        "                    AND links.expires_at > %(now)s::timestamptz\n",
        "",
        "tests/people/test_sign_in.py"
        "::test_whoever_stopped_before_the_second_factor_goes_on_with_the_password",
    ),
    Bug(
        "a code counts as often as it is typed",
        "auth/people/use_step.sql",
        "totp_step < %(step)s::bigint",
        "totp_step <= %(step)s::bigint + 9",
        f"{SIGN_IN}::test_two_at_once_with_the_same_code_are_one",
    ),
    Bug(
        "half a session keeps its name when it is whole",
        "auth/people/signing_in.py",
        "        await sessions.end(conn, session.session_sha256)\n        person",
        "        person",
        f"{SIGN_IN}::test_a_sign_in_gives_a_session_a_new_name_and_the_old_one_opens_nothing",
    ),
    Bug(
        "half a sign-in opens doors",
        "auth/people/reception.py",
        "        if session is None or session.factor is None:\n            raise SignInFirst if",
        "        if session is None:\n            raise SignInFirst if",
        f"{SIGN_IN}::test_a_password_alone_opens_nothing",
    ),
    Bug(
        "a session idles for ever",
        "auth/people/find_session.sql",
        "sessions.seen_at > %(idle)s::timestamptz",
        "sessions.seen_at > %(longest)s::timestamptz",
        f"{SIGN_IN}::test_a_session_idles_a_quarter_of_an_hour_and_lives_eight",
    ),
    Bug(
        "a form needs no token of its session",
        "auth/people/reception.py",
        '            told = found.get("form_token", "")\n            if not self',
        '            told = found.get("form_token", "")\n            if told == "x" and not self',
        f"{SIGN_IN}::test_no_other_site_presses_a_button",
    ),
    Bug(
        "an origin is not looked at",
        "auth/people/reception.py",
        'if headers.get("origin", "").lower() != self.means.site.origin:',
        'if headers.get("origin", "x").lower() == "":',
        f"{SIGN_IN}::test_a_password_is_not_taken_from_another_site",
    ),
    Bug(
        "a sixth try is looked at",
        "auth/people/tries.py",
        "tries.get(one.whose, 0) <= one.most",
        "tries.get(one.whose, 0) <= one.most + 40",
        f"{SIGN_IN}::test_whoever_guesses_learns_nothing_from_the_answer",
    ),
    Bug(
        "whoever comes from a header is believed",
        "auth/people/reception.py",
        "while hops and self._is_proxy(peer):",
        "while hops:",
        f"{SIGN_IN}::test_failures_are_counted_by_address_too_and_written_down",
    ),
    Bug(
        "a passkey need not be unlocked",
        "auth/people/passkeys.py",
        "credential_current_sign_count=key.counter,\n            require_user_verification=True,",
        "credential_current_sign_count=key.counter,\n            require_user_verification=False,",
        f"{KEYS}::test_a_passkey_that_its_person_did_not_unlock_is_refused",
    ),
    Bug(
        "a copied key is taken",
        "auth/people/passkeys.py",
        "credential_current_sign_count=key.counter,",
        "credential_current_sign_count=0,",
        f"{KEYS}::test_a_copied_key_whose_counter_stands_still_is_refused",
    ),
    Bug(
        "a challenge is good until it is answered rightly",
        "auth/people/answer_session.sql",
        "SET challenge = NULL, challenge_for = NULL, challenge_at = NULL",
        "SET challenge = sessions.challenge",
        f"{KEYS}::test_a_challenge_is_taken_away_by_whoever_answers_it",
    ),
    Bug(
        "a place shows every shop",
        "tenants/shops_at.sql",
        "OR (place.kind = 'area' AND place.id = area_facilities.area_id)",
        "OR place.kind = 'area'",
        f"{PLACES}::test_everybody_sees_the_entries_of_their_place_and_no_others",
    ),
    Bug(
        "whoever stands at a place opens every route of their scopes",
        "auth/people/reception.py",
        'if session.placed and scopes != CONSOLE and not handler.opt.get("placed"):',
        "if session.placed and scopes == CONSOLE and is_page and False:",
        f"{PLACES}::test_whoever_stands_at_a_place_opens_nothing_that_does_not_know_places",
    ),
    Bug(
        "any fresh factor is good for any action",
        "auth/people/sessions.py",
        "if self.proved_at is None or self.proved_for != action:",
        "if self.proved_at is None:",
        f"{FINANCE}::test_an_approval_needs_a_passkey_shown_for_it_within_five_minutes",
    ),
    Bug(
        "an approver without a passkey approves",
        "auth/people/roles.py",
        'return found if factor == "passkey" else found - STRONG',
        "return found",
        f"{FINANCE}::test_an_approver_who_signed_in_by_a_code_approves_nothing",
    ),
    Bug(
        "the database lets a preparer approve",
        "deploy/migrations/0031_people.sql",
        "s.cycle_id = NEW.cycle_id AND s.who = NEW.approved_by",
        "s.cycle_id = NEW.cycle_id AND s.who = NEW.prepared_by || NEW.approved_by",
        f"{FINANCE}::test_the_database_lets_no_preparer_and_no_stranger_approve",
    ),
    Bug(
        "what was approved need not be what was shown",
        "settlement/life/finance.py",
        "if (await plan_of(conn, cycle_id)).sha256 != sha256:",
        "if not (await plan_of(conn, cycle_id)).sha256:",
        f"{FINANCE}::test_a_plan_that_was_not_shown_is_not_approved",
    ),
    Bug(
        "every device is known",
        "auth/people/member_sign_in.py",
        "return bool(device) and (await conn.execute(FIND_DEVICE, asked)).rowcount == 1",
        "return bool(await conn.execute(FIND_DEVICE, asked))",
        f"{MEMBERS}::test_a_new_device_needs_a_code_and_is_known_afterwards",
    ),
    Bug(
        "a page sends one on to anywhere",
        "auth/people/reception.py",
        'or told.startswith("//")',
        "",
        f"{WORDS}::test_a_page_sends_one_on_only_within_this_hub",
    ),
)
