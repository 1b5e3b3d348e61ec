-- Keep what waits for a second pair of eyes; a slip proposes once.
INSERT INTO tenants.proposals (
    what, slip, fingerprint, member_id, points, content, proposed_by, proposed_at
)
VALUES (
    %(what)s::text, %(slip)s::text, %(fingerprint)s::bytea, %(member_id)s::bigint,
    %(points)s::bigint, %(content)s::jsonb, %(client_id)s::text, %(now)s::timestamptz
)
ON CONFLICT (slip) DO NOTHING
