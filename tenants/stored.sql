-- The stored answer of one slip of one shop.
SELECT status, body, packed
FROM federation.slips
INNER JOIN federation.answers USING (shop_id, slip, booked_at)
WHERE shop_id = %(shop_id)s::bigint AND slip = %(slip)s::text
