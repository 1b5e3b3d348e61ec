-- Whether these members are with us.
SELECT member_id, state FROM federation.wallets WHERE member_id = ANY(%(members)s::bigint [])
