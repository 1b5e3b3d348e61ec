"""Bugs of what tenants are told: what is lost, what comes out of order, what is sent astray."""

from tests.mutants.bug import Bug

ORDER = "tests/webhooks/test_sequence.py"
STORY = "tests/webhooks/test_story.py"
ENDPOINTS = "tests/webhooks/test_endpoints.py"
TRIES = "tests/webhooks/test_sending.py"
GUARD = "tests/webhooks/test_guard.py"
SIGNED = "tests/webhooks/test_signing.py"
RECEIPTS = "tests/offline/test_receipts.py"

BACKOFF = "tests/webhooks/test_backoff.py"

TELLING = (
    Bug(
        "what a test allowed is allowed everywhere",
        "tenants/webhooks/endpoints.py",
        "    if not in_test:\n        return []\n",
        "",
        "tests/webhooks/test_allowances.py"
        "::test_where_no_test_runs_nothing_is_allowed_whatever_stands_in_the_table",
    ),
    Bug(
        "what failed together is sent again together",
        "tenants/webhooks/delivering.py",
        "one.due.tries + 1, random.random())",
        "one.due.tries + 1, 0.5)",
        f"{BACKOFF}::test_what_fails_together_is_not_sent_again_together",
    ),
    Bug(
        "a try that failed is made again after as long each time",
        "tenants/webhooks/delivering.py",
        "self.factor ** min(tries - 1, 32)",
        "self.factor",
        f"{BACKOFF}::test_each_wait_is_three_times_the_last_give_or_take_a_fifth",
    ),
    Bug(
        "an endpoint that fails is sent the poisoned event alone",
        "deploy/messenger.py",
        "for one in sorted(found, key=lambda due: due.tries):",
        "for one in found:",
        f"{STORY}::test_a_failing_event_holds_only_its_own_members_later_ones",
    ),
    Bug(
        "a delivery that stumbles is never heard of again",
        "deploy/messenger.py",
        '        except Exception:\n            log.exception("a delivery stumbled")',
        '        except ValueError:\n            log.exception("a delivery stumbled")',
        f"{STORY}::test_a_delivery_that_stumbles_over_a_fault_of_ours_is_tried_again",
    ),
    Bug(
        "a notice overtakes one of a transaction that still runs",
        "federation/announce.sql",
        "            AND notices.xid < pg_snapshot_xmin(pg_current_snapshot())\n",
        "",
        f"{ORDER}::test_a_notice_of_a_transaction_that_still_runs_holds_back_those_after_it",
    ),
    Bug(
        "a notice overtakes the entries before it",
        "federation/announce.sql",
        "                    AND entries.xid <= notices.xid\n",
        "                    AND entries.xid <= notices.xid AND false\n",
        f"{ORDER}::test_a_notice_waits_for_the_entries_that_were_booked_before_it",
    ),
    Bug(
        "two announcers give one place twice",
        "federation/announce.py",
        '        await conn.execute(ALONE, {"lock": LOCK})\n',
        "",
        f"{ORDER}::test_of_two_who_announce_at_once_each_notice_gets_one_place",
    ),
    Bug(
        "a walk leaves the last number out",
        "federation/events.sql",
        "    AND journal.number <= (SELECT walk.last FROM walk)",
        "    AND journal.number < (SELECT walk.last FROM walk)",
        f"{ORDER}::test_whoever_reads_on_from_where_he_was_has_read_the_whole",
    ),
    Bug(
        "a member's later event does not wait for the one that fails",
        "tenants/webhooks/due.sql",
        "                AND before.lane = one.lane\n",
        "                AND before.lane = one.lane AND false\n",
        f"{STORY}::test_a_failing_event_holds_only_its_own_members_later_ones",
    ),
    Bug(
        "one failing event holds everybody's",
        "tenants/webhooks/due.sql",
        "                AND before.lane = one.lane\n",
        "",
        f"{STORY}::test_a_failing_event_holds_only_its_own_members_later_ones",
    ),
    Bug(
        "another tenant's place is read on from",
        "tenants/webhooks/events_api.py",
        "    if whose != tenant_id:",
        "    if whose == -tenant_id:",
        f"{STORY}::test_every_booking_is_told_once_in_order_to_its_own_tenant_alone",
    ),
    Bug(
        "a secret that was changed twice signs on",
        "tenants/webhooks/end_secrets.sql",
        "ELSE %(now)s::timestamptz END",
        "ELSE %(until)s::timestamptz END",
        f"{ENDPOINTS}::test_while_a_secret_changes_both_sign_and_then_the_new_one_alone",
    ),
    Bug(
        "one public address is enough",
        "tenants/webhooks/guard.py",
        "    found = [public(address) for address in addresses]\n",
        "    found = [public(address) for address in list(addresses)[:1]]\n",
        f"{GUARD}::test_an_address_that_is_not_public_is_refused_wherever_it_stands",
    ),
    Bug(
        "a name that ends in a number is looked up",
        "tenants/webhooks/guard.py",
        "    if labels[-1][0].isdigit():",
        "    if labels[-1].isdigit() and len(labels) == 4:",
        f"{GUARD}::test_every_other_spelling_is_refused_before_anything_is_looked_up",
    ),
    Bug(
        "the name is connected to, not the address that was checked",
        "tenants/webhooks/sending.py",
        "            address, to.port, ssl=trust",
        "            to.host, to.port, ssl=trust",
        f"{TRIES}::test_a_name_that_changes_its_answer_is_asked_once_per_try_and_checked_each_time",
    ),
    Bug(
        "the certificate may be of any name",
        "tenants/webhooks/sending.py",
        "server_hostname=to.host",
        'server_hostname="other.localhost"',
        f"{TRIES}::test_a_certificate_of_another_name_or_an_unknown_ca_gets_nothing",
    ),
    Bug(
        "a redirect is taken for a yes",
        "tenants/webhooks/sending.py",
        "200 <= self.status < 300",
        "200 <= self.status < 400",
        f"{TRIES}::test_a_redirect_or_a_refusal_is_no_delivery_and_is_not_followed",
    ),
    Bug(
        "the timestamp is not signed",
        "tenants/webhooks/signing.py",
        '    said = f"{event}.{timestamp}.".encode() + body',
        '    said = f"{event}.".encode() + body',
        f"{SIGNED}::test_what_the_hub_signs_the_standards_own_library_verifies",
    ),
    Bug(
        "a receipt is of another line",
        "tenants/receipts.py",
        "        line_sha256,\n        seq=said.seq,",
        '        "0" * 64,\n        seq=said.seq,',
        f"{RECEIPTS}::test_each_line_that_is_decided_has_a_receipt_that_fits_it",
    ),
    Bug(
        "a receipt is signed by chance",
        "tenants/receipts.py",
        "deterministic_signing=True",
        "deterministic_signing=False",
        f"{RECEIPTS}::test_a_batch_is_read_the_same_byte_for_byte_also_by_another_process",
    ),
    Bug(
        "the numbers before the first line are not missed",
        "tenants/gaps.sql",
        "coalesce(lag(chain.seq) OVER (PARTITION BY chain.kid ORDER BY chain.seq), 0) + 1 AS first",
        "lag(chain.seq) OVER (PARTITION BY chain.kid ORDER BY chain.seq) + 1 AS first",
        f"{RECEIPTS}::test_missing_and_doubled_numbers_of_a_till_are_seen_by_its_tenant",
    ),
)
