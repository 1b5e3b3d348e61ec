-- A paper as it is issued. Where another issued the same number first, that one stands.
INSERT INTO settlement.papers (
    cycle_id, party_id, kind, issue, edition, plan, body, sha256, issued_at, issued_by
)
SELECT
    %(cycle_id)s::integer, %(party_id)s::bigint, %(kind)s::text, %(issue)s::integer,
    %(edition)s::text, %(plan)s::smallint, %(body)s::bytea, sha256(%(body)s::bytea),
    %(now)s::timestamptz, %(who)s::text
ON CONFLICT DO NOTHING
