-- Which of these slips have an answer.
SELECT slips.shop_id, slips.slip
FROM unnest(%(shops)s::bigint [], %(slips)s::text []) AS asked (shop_id, slip)
INNER JOIN federation.slips USING (shop_id, slip)
