-- A party objects to a line.
INSERT INTO settlement.disputes (
    dispute_id, cycle_id, party_id, code, original, yen, reason, evidence, opened_by, opened_at,
    deadline_on
)
VALUES (
    %(dispute)s::text, %(cycle_id)s::integer, %(party_id)s::bigint, %(code)s::smallint,
    %(original)s::smallint, %(yen)s::bigint, %(reason)s::text, %(evidence)s::text, %(who)s::text,
    %(now)s::timestamptz, %(deadline_on)s::date
)
