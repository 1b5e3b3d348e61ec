-- Slips that were asked before, with the very bytes they were answered with.
SELECT
    slips.shop_id, slips.slip, slips.fingerprint, answers.status, answers.body,
    slips.member_id
FROM unnest(%(shops)s::bigint [], %(slips)s::text []) AS asked (shop_id, slip)
INNER JOIN federation.slips USING (shop_id, slip)
INNER JOIN federation.answers USING (shop_id, slip, booked_at)
