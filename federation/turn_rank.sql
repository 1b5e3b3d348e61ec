UPDATE federation.wallets
SET rank = %(rank)s::text, rank_since = %(since_on)s::date, rank_before = %(before)s::text
WHERE member_id = %(member_id)s::bigint
