-- A card that nobody had registered is somebody's from now on; none where it was somebody's already.
UPDATE federation.wallets
SET state = 'active'
WHERE member_id = %(member_id)s::bigint AND state = 'unregistered'
