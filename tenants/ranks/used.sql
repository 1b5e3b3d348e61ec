SELECT member_id, benefit, business_date, till, answer
FROM tenants.benefit_uses
WHERE shop_id = %(shop_id)s::bigint AND slip = %(slip)s::text
