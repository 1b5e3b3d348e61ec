-- A member wants mails of a kind, or no longer.
INSERT INTO tenants.mail_choices (member_id, kind, wanted, changed_at)
VALUES (
    %(member_id)s::bigint, %(kind)s::text, %(wanted)s::boolean, %(now)s::timestamptz
)
ON CONFLICT (member_id, kind) DO UPDATE SET
    wanted = excluded.wanted, changed_at = excluded.changed_at
