-- Greetings of a year for those born on some days.
INSERT INTO tenants.member_notices (member_id, occasion, kind, facts, due_at)
SELECT
    profiles.member_id, format('birthday/%%s', %(year)s::integer), 'birthday',
    jsonb_build_object('on', %(on)s::date), %(now)s::timestamptz
FROM federation.profiles
INNER JOIN federation.wallets USING (member_id)
WHERE to_char(profiles.birth_on, 'MM-DD') = ANY(%(days)s::text []) AND wallets.state = 'active'
ON CONFLICT (member_id, occasion) DO NOTHING
