-- A friend was brought by somebody.
INSERT INTO tenants.referrals (friend_id, referrer_id, named_on)
VALUES (%(friend_id)s::bigint, %(referrer_id)s::bigint, %(today)s::date)
ON CONFLICT (friend_id) DO NOTHING
