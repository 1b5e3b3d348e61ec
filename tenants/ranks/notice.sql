INSERT INTO tenants.member_notices (member_id, occasion, kind, facts, due_at)
VALUES (
    %(member_id)s::bigint, %(occasion)s::text, %(kind)s::text, %(facts)s::jsonb,
    %(due_at)s::timestamptz
)
ON CONFLICT (member_id, occasion) DO NOTHING
