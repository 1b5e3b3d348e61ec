INSERT INTO auth.member_logins (member_id, password, set_at)
VALUES (%(member_id)s::bigint, %(password)s::text, %(now)s::timestamptz)
ON CONFLICT (member_id) DO UPDATE SET password = excluded.password, set_at = excluded.set_at
