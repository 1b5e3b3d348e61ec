-- Which of these slips of a shop the hub has ever answered for good.
SELECT slip
FROM federation.slips
WHERE shop_id = %(shop_id)s::bigint AND slip = ANY(%(slips)s::text [])
