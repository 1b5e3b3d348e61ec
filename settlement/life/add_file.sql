-- A file of a plan, written once.
INSERT INTO settlement.files (cycle_id, plan, kind, lines, yen, sha256, body)
VALUES (
    %(cycle_id)s::integer, %(plan)s::smallint, %(kind)s::text, %(lines)s::integer,
    %(yen)s::bigint, %(sha256)s::bytea, %(body)s::bytea
)
