-- A file of the bank is taken, with what was answered.
INSERT INTO settlement.bank_uploads (
    sha256, kind, cycle_id, plan, body, taken_by, taken_at, answer
)
VALUES (
    %(sha256)s::bytea, %(kind)s::text, %(cycle_id)s::integer, %(plan)s::smallint, %(body)s::bytea,
    %(who)s::text, %(now)s::timestamptz, %(answer)s::text
)
