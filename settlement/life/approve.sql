-- Somebody approves a plan, as it stands there.
INSERT INTO settlement.approvals (cycle_id, plan, prepared_by, approved_by, approved_at, sha256)
VALUES (
    %(cycle_id)s::integer, %(plan)s::smallint, %(prepared_by)s::text, %(who)s::text,
    %(now)s::timestamptz, %(sha256)s::bytea
)
