"""Bugs of the doors: what is not noted, whose limit it is, what is served though it is unsound."""

from tests.mutants.bug import Bug

AUDIT = "tests/stories/test_audit.py"
LIMITS = "tests/deploy/test_limits.py"
SOUND = "tests/deploy/test_soundness.py"
MATRIX = "tests/stories/test_matrix.py"
PACE = "tests/stories/test_pace.py"
LOG = "tests/people/test_log.py"
OVERLOAD = "tests/deploy/test_overload.py"
SLOW = "tests/deploy/test_slow_clients.py"
EARNING_PACE = "tests/stories/test_earning_pace.py"

GUARDING = (
    Bug(
        "a space is a reason",
        "tenants/undoing.py",
        r'pattern=rf"^[^{ODD}]*[^\s{ODD}][^{ODD}]*$(?!\n)"',
        "pattern=PLAIN",
        "tests/stories/test_pains.py::test_pain_20_a_reason_that_says_nothing_is_none",
    ),
    Bug(
        "a picture from a page is read before it was scanned",
        "deploy/member_site/branding_console.py",
        "logo(await scan(picture))",
        "logo(picture)",
        "tests/stories/test_scanning.py::test_a_picture_from_a_page_is_scanned_too",
    ),
    Bug(
        "reads wait in vain, however many wait already",
        "deploy/pools.py",
        "max_waiting=size * WAITING_EACH,",
        "max_waiting=0,",
        f"{OVERLOAD}::test_reads_that_find_no_place_to_wait_are_told_so_at_once",
    ),
    Bug(
        "a till's keys wait behind a crowd of readers",
        "deploy/hub.py",
        'self.keys = Keys(lambda: self.pools.use("gate")',
        'self.keys = Keys(lambda: self.pools.use("app")',
        f"{OVERLOAD}::test_reads_that_find_no_place_to_wait_are_told_so_at_once",
    ),
    Bug(
        "a crowd of readers takes the hub out of service",
        "deploy/health.py",
        'pools.use("gate") as conn:\n            reasons',
        'pools.use("app") as conn:\n            reasons',
        f"{OVERLOAD}::test_reads_that_find_no_place_to_wait_are_told_so_at_once",
    ),
    Bug(
        "whoever sends a letter a second keeps a line for a minute",
        "deploy/nginx/routes.conf",
        "client_header_timeout 10s;",
        "client_header_timeout 60s;",
        f"{SLOW}::test_slow_headers_and_stalled_bodies_end_in_ten_seconds",
    ),
    Bug(
        "one address holds as many requests as it likes",
        "deploy/nginx/routes.conf",
        "limit_conn held 1000;\n",
        "",
        f"{SLOW}::test_one_address_holds_so_many_requests_and_no_more",
    ),
    Bug(
        "who looks at people's sign-ins is in no trail",
        "deploy/trail/acts.py",
        'LOOKUP, "audit:read", "audit:people"}',
        'LOOKUP, "audit:read"}',
        f"{LOG}::test_who_looks_stands_in_the_trail_by_api_page_and_command_line",
    ),
    Bug(
        "a member's handle of another tenant's opens the log",
        "deploy/trail/of_people.py",
        "if whose != tenant_id:",
        "if whose < 0:",
        f"{LOG}::test_it_is_paged_and_a_spreadsheets_and_others_are_shut_out",
    ),
    Bug(
        "people's sign-ins are found on every day but the one that was asked for",
        "deploy/trail/of_people.sql",
        "log.at >= %(from_at)s::timestamptz AND",
        "",
        f"{LOG}::test_the_log_is_found_by_day_event_person_member_and_address",
    ),
    Bug(
        "one more is spent than the pace allows",
        "tenants/spending.py",
        "holder.used.get((SPENDINGS, business_date), 0) >= most",
        "holder.used.get((SPENDINGS, business_date), 0) > most",
        f"{PACE}::test_of_many_tills_at_once_as_many_redeem_as_a_day_allows",
    ),
    Bug(
        "whoever earned too often spends all the same",
        "tenants/spending.py",
        "holder.used.get((EARNINGS, business_date), 0) > earns",
        "holder.used.get((SPENDINGS, business_date), 0) > earns",
        f"{EARNING_PACE}::test_of_many_tills_at_once_all_book_and_nothing_is_spent",
    ),
    Bug(
        "who earned too often is kept after the office made sure",
        "federation/carriers.py",
        '"rules": [SPENDINGS, EARNINGS]}',
        '"rules": [SPENDINGS]}',
        f"{EARNING_PACE}::test_the_follower_keeps_them_and_the_office_lets_the_count_begin_anew",
    ),
    Bug(
        "whoever only sets aside is not counted",
        "federation/hold.py",
        "    if wanted.tallied:\n",
        "    if wanted.tallied and wanted.counted:\n",
        f"{PACE}::test_of_many_tills_at_once_as_many_redeem_as_a_day_allows",
    ),
    Bug(
        "what went before a release is held against the member",
        "tenants/pace/fast.sql",
        "                AND pace_stops.released_at >= other.booked_at\n",
        "                AND pace_stops.released_at < other.booked_at\n",
        f"{PACE}::test_two_facilities_within_minutes_keep_the_points_a_second_later",
    ),
    Bug(
        "what books by the desk is not noted before it begins",
        "deploy/trail/gate.py",
        '        if kind == "write" and OWN not in handler.parsed_fn_signature.parameters:',
        '        if kind == "look" and OWN not in handler.parsed_fn_signature.parameters:',
        f"{AUDIT}::test_a_write_that_books_by_the_desk_is_noted_before_it_begins",
    ),
    Bug(
        "a write is noted after its transaction",
        "deploy/trail/gate.py",
        "            note.kept = note.done\n",
        "            return\n",
        f"{AUDIT}::test_a_write_is_kept_in_its_own_transaction_with_who_why_and_whom",
    ),
    Bug(
        "who may not come in is not noted",
        "deploy/trail/gate.py",
        "            self._refused(scope, connection, needs, refused.status)\n",
        "",
        f"{AUDIT}::test_who_may_not_come_in_is_noted_with_the_right_it_lacked",
    ),
    Bug(
        "a route of the back office that changes something is taken for a look",
        "deploy/trail/acts.py",
        'return "look" if LOOKS.issuperset(scopes) else "write"',
        'return "look" if LOOKS.issuperset(scopes) else None',
        f"{AUDIT}::test_every_write_of_an_operator_or_a_back_office_leaves_a_row",
    ),
    Bug(
        "the phone number that was looked up stands in the trail",
        "deploy/trail/acts.py",
        "None if name in UNTOLD else _short(fields[name])",
        "str(fields[name])",
        f"{AUDIT}::test_a_look_at_a_person_is_noted_and_never_what_was_seen",
    ),
    Bug(
        "anybody says where a request came from",
        "deploy/trail/gate.py",
        "any(ip_address(peer) in network for network in self._proxies)",
        "last is not None",
        f"{AUDIT}::test_an_address_is_forwarded_only_by_our_own_proxy",
    ),
    Bug(
        "a process lets in what it likes before the others hear of it",
        "deploy/limits/buckets.py",
        "if self.shared and bucket.spent >= limit.lease:",
        "if self.shared and bucket.spent > limit.burst:",
        f"{LIMITS}::test_a_process_goes_no_further_ahead_of_the_others_than_its_lease",
    ),
    Bug(
        "all tills of a client share one limit",
        "deploy/limits/limits.py",
        'f"{PREFIX}till:{caller.tenant_id}:{till}"',
        'f"{PREFIX}till:{caller.tenant_id}"',
        f"{LIMITS}::test_a_till_and_a_client_that_ask_too_often_are_told_when_again",
    ),
    Bug(
        "a role that passes policies by serves",
        "deploy/soundness.py",
        "SELECT rolsuper OR rolbypassrls OR EXISTS (",
        "SELECT rolsuper OR EXISTS (",
        f"{SOUND}::test_a_role_that_passes_policies_by_does_not_serve",
    ),
    Bug(
        "a policy that does not bind its owner is served",
        "deploy/soundness.py",
        "AND NOT (relrowsecurity AND relforcerowsecurity)",
        "AND NOT relrowsecurity",
        f"{SOUND}::test_a_table_whose_policy_does_not_bind_is_not_served",
    ),
    Bug(
        "a route asks for less than it says",
        "deploy/trail/gate.py",
        "            await requires(connection, handler)\n",
        '            scope["state"]["caller"] = await connection.app.state.gate.admit(\n'
        '                connection.headers.get("authorization")\n'
        "            )\n",
        f"{MATRIX}::test_every_route_with_every_scope_and_with_none",
    ),
)
