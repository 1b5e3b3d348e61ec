-- A member's points are frozen, or free again.
UPDATE federation.wallets
SET state = %(state)s::text
WHERE member_id = %(member_id)s::bigint AND state IN ('active', 'frozen')
