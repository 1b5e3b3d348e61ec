INSERT INTO tenants.benefit_uses (
    shop_id, slip, tenant_id, till, member_id, benefit, rank, business_date, funder_id, used_at,
    answer, staff, card_member_id, card_no
)
VALUES (
    %(shop_id)s::bigint, %(slip)s::text, %(tenant_id)s::bigint, %(till)s::text,
    %(member_id)s::bigint, %(benefit)s::text, %(rank)s::text, %(day)s::date,
    %(funder_id)s::bigint, %(now)s::timestamptz, %(answer)s::text, %(staff)s::text,
    %(card_member_id)s::bigint, %(card_no)s::integer
)
