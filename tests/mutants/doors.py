"""Bugs at the doors: proofs, codes, refresh tokens, pushed requests, what a token is worth."""

from tests.mutants.bug import Bug

DPOP = "tests/auth/test_dpop.py"
FLOW = "tests/auth/test_code_flow.py"
PUSHED = "tests/auth/test_pushed.py"
TOLD = "tests/auth/test_told.py"
SHUT = "tests/auth/test_shut_out.py"
FORGED = "tests/auth/test_forged.py"
CLIENTS = "tests/auth/test_clients.py"
STRANGERS = "tests/people/test_strangers.py"
FORMS = "tests/people/test_forms_of_others.py"
SHEET = "tests/settlement/test_sheet.py"
CERTIFICATES = "tests/auth/test_certificates.py"
NO_PROOF = f"{DPOP}::test_what_is_no_proof_gets_no_token_and_opens_no_route"
THIEF = f"{DPOP}::test_a_bound_token_is_worth_nothing_to_a_thief"

KNOCKING = (
    Bug(
        "whoever shows no token is told that it is wrong",
        "auth/gate.py",
        'OF_DPOP if scheme == "dpop" else OF_NONE',
        "OF_DPOP",
        f"{FORGED}::test_the_token_itself_is_good_in_its_one_place",
    ),
    Bug(
        "whoever lacks a scope is left with an old nonce",
        "auth/gate.py",
        "challenge=LACKING[scheme].format(scopes), nonce=nonce)",
        "challenge=LACKING[scheme].format(scopes))",
        f"{DPOP}::test_whoever_lacks_a_scope_is_told_the_nonce_of_the_next_proof",
    ),
    Bug(
        "a session that ended is told that its token is wrong",
        "auth/people/reception.py",
        "raise SignInFirst if is_page else InvalidToken(challenge=OF_NONE)",
        "raise SignInFirst if is_page else InvalidToken",
        f"{STRANGERS}::test_a_session_opens_the_routes_that_the_document_says_and_no_other",
    ),
    Bug(
        "the document says that a session opens what no role may",
        "deploy/document.py",
        "if HELD_BY_PEOPLE.issuperset(scopes):",
        "if HELD_BY_PEOPLE:",
        f"{STRANGERS}::test_a_session_opens_the_routes_that_the_document_says_and_no_other",
    ),
    Bug(
        "a form is taken of whoever lacks the scopes",
        "auth/people/reception.py",
        "if scopes != CONSOLE and not session.scopes.issuperset(scopes.split()):",
        "if method in SAFE and not session.scopes.issuperset({*scopes.split()} - {CONSOLE}):",
        "tests/people/test_menu.py"
        "::test_every_role_is_shut_out_of_what_names_or_sends_something_without_its_scopes",
    ),
    Bug(
        "a bound token passes as a bearer's",
        "auth/gate.py",
        "if scheme.lower() != tokens.scheme(claims).lower():",
        'if scheme.lower() not in ("bearer", "dpop"):',
        THIEF,
    ),
    Bug(
        "the lean way in asks for no proof",
        "auth/gate.py",
        "if found is None or found.bound is not None or self._now().timestamp() >= found.until:",
        "if found is None or self._now().timestamp() >= found.until:",
        THIEF,
    ),
    Bug(
        "any certificate will do",
        "auth/gate.py",
        "if bound and bound.x5t and bound.x5t != spelled(shown.certificate):",
        "if bound and bound.x5t and shown.certificate is None:",
        f"{CERTIFICATES}::test_a_bound_token_opens_routes_beside_its_certificate_alone",
    ),
    Bug(
        "anybody says which certificate he showed",
        "auth/certificates.py",
        "len(told[0]) > LONGEST or not self._trusts(connection):",
        "len(told[0]) > LONGEST:",
        f"{CERTIFICATES}::test_a_stranger_who_speaks_as_nginx_is_not_heard",
    ),
    Bug(
        "a token is given without the certificate",
        "auth/server.py",
        "if client.certificates and request.certificate not in client.certificates:",
        "if client.certificates and request.certificate is None:",
        f"{CERTIFICATES}::test_who_was_registered_with_a_certificate_gets_no_token_without_it",
    ),
    Bug(
        "a certificate of yesterday is one of today",
        "auth/certificates.py",
        "<= self._now() <= found.not_valid_after_utc",
        "<= self._now()",
        f"{CERTIFICATES}::test_what_is_not_its_certificate_opens_nothing",
    ),
    Bug(
        "any key will do",
        "auth/gate.py",
        "        if proved.jkt != jkt:\n            raise InvalidDpopProof\n",
        "",
        THIEF,
    ),
    Bug(
        "a proof is good beside any token",
        "auth/dpop.py",
        "and (token is None or claims.ath == hashed(token))",
        "and (token is None or claims.ath != '')",
        THIEF,
    ),
    Bug("a proof is good for any method", "auth/dpop.py", "claims.htm == method", "True", NO_PROOF),
    Bug(
        "a proof is good at any address",
        "auth/dpop.py",
        "and normal(claims.htu) == normal(url)",
        "and normal(url) is not None",
        NO_PROOF,
    ),
    Bug(
        "an old proof is a proof",
        "auth/dpop.py",
        "abs(claims.iat - now.timestamp()) <= WINDOW",
        "claims.iat - now.timestamp() <= WINDOW",
        NO_PROOF,
    ),
    Bug(
        "the first of two proofs counts",
        "auth/dpop.py",
        "if len(headers) != 1:",
        "if len(headers) < 1:",
        f"{DPOP}::test_two_proofs_or_two_tokens_are_one_too_many",
    ),
    Bug(
        "the lean way in asks for no scope",
        "deploy/lane.py",
        "if not caller.scopes >= plain.requires:",
        "if False:",
        "tests/auth/test_forged.py::test_a_remembered_token_books_only_what_its_scopes_say",
    ),
    Bug(
        "the first of two tokens counts on the lean way in",
        "deploy/lane.py",
        "if len(said) == 1 else None",
        "if said else None",
        f"{DPOP}::test_two_proofs_or_two_tokens_are_one_too_many",
    ),
    Bug(
        "a proof counts twice in Redis",
        "auth/proofs.py",
        "return bool(fresh) if named == memory else None",
        "return True if named == memory else None",
        f"{DPOP}::test_a_proof_counts_once_at_the_token_endpoint_and_at_a_route",
    ),
    Bug(
        "a proof counts in two memories",
        "auth/proofs.py",
        "        if memory == TABLE:\n",
        "        if memory == TABLE or not self._redis:\n",
        f"{DPOP}::test_without_redis_a_proof_counts_once_as_well",
    ),
    Bug(
        "an emptied Redis is the same memory",
        "auth/proofs.py",
        "return bool(fresh) if named == memory else None",
        "return bool(fresh)",
        f"{DPOP}::test_a_redis_that_lost_its_memory_is_another_memory",
    ),
    Bug(
        "nonces are good for ever",
        "auth/dpop.py",
        "return said[4:] if 0 <= age <= GOOD_FOR else None",
        "return said[4:] if 0 <= age else None",
        f"{DPOP}::test_a_nonce_is_ours_and_young_or_another_is_offered",
    ),
    Bug(
        "a code is good for any verifier",
        "auth/giving.py",
        "and hmac.compare_digest(challenge_of(shown.verifier), row.challenge)",
        "and bool(challenge_of(shown.verifier))",
        f"{FLOW}::test_a_code_is_fetched_by_whoever_began_or_by_nobody",
    ),
    Bug(
        "a code is good for another address",
        "auth/giving.py",
        "and shown.redirect_uri == row.redirect_uri",
        "and bool(shown.redirect_uri)",
        f"{FLOW}::test_a_code_is_fetched_by_whoever_began_or_by_nobody",
    ),
    Bug(
        "a code that is used twice takes nothing back",
        "auth/giving.py",
        "            if not (first and fits(row, shown, now)):\n"
        "                self._end(conn, row.grant_id)\n",
        "            if not (first and fits(row, shown, now)):\n",
        f"{FLOW}::test_a_code_used_twice_takes_back_what_it_gave",
    ),
    Bug(
        "plain is as good as S256",
        "auth/asking.py",
        'if form.get("code_challenge_method") != "S256" or',
        "if",
        f"{FLOW}::test_what_else_is_wrong_is_told_to_the_client",
    ),
    Bug(
        "an address may begin like ours",
        "auth/redirects.py",
        "    if wanted == known:\n",
        "    if wanted.startswith(known):\n",
        f"{FLOW}::test_who_asks_for_an_answer_elsewhere_is_answered_at_the_screen",
    ),
    Bug(
        "a page is answered by anybody",
        "auth/answer_request.sql",
        "WHERE request_sha256 = %(request_sha256)s AND member_id = %(member_id)s",
        "WHERE request_sha256 = %(request_sha256)s AND %(member_id)s IS NOT NULL",
        f"{FLOW}::test_a_page_is_answered_once_and_by_whom_it_was_shown_to",
    ),
    Bug(
        "an old refresh token ends nothing",
        "auth/giving.py",
        '            if conn.execute(USE_REFRESH, {**key, "now": now}).rowcount != 1:\n'
        "                self._end(conn, row.grant_id)\n",
        '            if conn.execute(USE_REFRESH, {**key, "now": now}).rowcount != 1:\n',
        f"{FLOW}::test_a_refresh_token_is_replaced_and_an_old_one_ends_all",
    ),
    Bug(
        "a refresh token is good without its key",
        "auth/giving.py",
        "row.ended_at is not None or row.jkt not in (None, jkt):",
        "row.ended_at is not None:",
        f"{FLOW}::test_a_refresh_token_is_worth_nothing_without_the_key_it_is_bound_to",
    ),
    Bug(
        "a refresh asks for more",
        "auth/grants.py",
        "        wanted = narrowed(self.request.payload.scope, alive.scopes) if alive else []",
        "        wanted = (self.request.payload.scope or '').split()",
        f"{FLOW}::test_a_refresh_asks_for_less_or_as_much_and_never_for_more",
    ),
    Bug(
        "a pushed request is asked for twice",
        "auth/answer_request.sql",
        "WHERE pushed_sha256 IS NULL OR EXISTS (SELECT FROM pushed)",
        "WHERE pushed_sha256 IS NULL OR (SELECT count(*) FROM pushed) >= 0",
        PUSHED,
    ),
    Bug(
        "a client that pushes is heard otherwise",
        "auth/asking.py",
        "    if client.pushed_only and not pushed:",
        "    if client.pushed_only and pushed is None:",
        f"{PUSHED}::test_a_client_that_pushes_is_heard_in_no_other_way",
    ),
    Bug(
        "everybody is told of every token",
        "auth/telling.py",
        "return client.audience == BACKOFFICE and claims.tenant == str(client.tenant_id)",
        'return claims.tenant != ""',
        f"{TOLD}::test_a_token_is_told_to_whose_business_it_is",
    ),
    Bug(
        "another's token is given back",
        "auth/telling.py",
        "elif claims.client_id != client.client_id:",
        'elif claims.client_id == "":',
        f"{TOLD}::test_a_token_that_was_given_back_opens_nothing",
    ),
    Bug(
        "a public client is told of tokens",
        "auth/knocking.py",
        'return method == self.method and (method != "none" or endpoint != "introspection")',
        "return method == self.method",
        f"{TOLD}::test_who_proves_nothing_is_told_nothing",
    ),
    Bug(
        "nobody watches the doors",
        "auth/watching.py",
        "            if row[0] != seen:\n",
        "            if seen is None:\n",
        f"{SHUT}::test_an_app_that_is_shut_out_reads_no_balance_at_any_hub",
    ),
    Bug(
        "an ended grant still stands",
        "auth/stands.sql",
        "client_id = %(client_id)s AND ended_at IS NULL",
        "client_id = %(client_id)s",
        f"{FLOW}::test_a_code_used_twice_takes_back_what_it_gave",
    ),
    Bug(
        "an assertion is for the token endpoint",
        "auth/assertions.py",
        "and claims.aud == issuer",
        'and claims.aud in (issuer, f"{issuer}/oauth/token")',
        f"{FORGED}::test_a_client_that_proves_nothing_is_let_in_by_none_of_the_doors",
    ),
    Bug(
        "who fails to sign is let in by name",
        "auth/server.py",
        'signs = "client_assertion" in request.form or "client_assertion_type" in request.form',
        "signs = self.proving.by_assertion(self.query_client, request) is not None",
        f"{PUSHED}::test_nobody_pushes_or_asks_in_anothers_name",
    ),
    Bug(
        "an old secret is believed for ever",
        "auth/turn_client.sql",
        "    SET believed_until = least(coalesce(believed_until, 'infinity'), %(old_until)s)\n"
        "    WHERE client_id = %(client_id)s AND state",
        "    SET believed_until = coalesce(believed_until, %(old_until)s + interval '9 days')\n"
        "    WHERE client_id = %(client_id)s AND state",
        f"{CLIENTS}::test_a_client_changes_its_secret_or_key_without_a_failed_request",
    ),
    Bug(
        "a form is taken without the token of its page",
        "auth/people/reception.py",
        "        if token:\n            assert session is not None\n",
        "        if token and session is None:\n            assert session is not None\n",
        f"{FORMS}::test_no_form_is_taken_without_the_token_of_its_page",
    ),
    Bug(
        "a sheet of what people see stays in the browser",
        "deploy/unkept.py",
        "if NO_STORE[0] not in told and let_in(scope):",
        "if NO_STORE[0] in told and let_in(scope):",
        f"{FORMS}::test_what_people_are_shown_is_kept_by_nobody_and_runs_nothing_of_others",
    ),
    Bug(
        "a cell that nobody made safe is a formula",
        "settlement/sheet.py",
        "[safe(cell) if isinstance(cell, str) else cell for cell in row]",
        "row",
        f"{SHEET}::test_no_cell_of_any_sheet_is_a_formula",
    ),
)
