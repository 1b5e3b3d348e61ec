-- What the office did to a member, by whom and why.
INSERT INTO tenants.acts (member_id, what, client_id, reason, acted_at)
VALUES (
    %(member_id)s::bigint, %(what)s::text, %(client_id)s::text, %(reason)s::text,
    %(now)s::timestamptz
)
