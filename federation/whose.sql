-- Whom slips that were asked before concern.
SELECT slips.shop_id, slips.slip, slips.member_id
FROM unnest(%(shops)s::bigint [], %(slips)s::text []) AS asked (shop_id, slip)
INNER JOIN federation.slips USING (shop_id, slip)
WHERE slips.member_id IS NOT NULL
