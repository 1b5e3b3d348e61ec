-- A coupon as it is drafted; no row where its code is taken.
WITH coupon AS (
    INSERT INTO tenants.coupons (
        code, name, name_en, kind, benefit, off_yen, percent, rounding, cap_yen, gift, gift_en,
        gift_worth_yen, least_yen, from_on, to_on, weekdays, from_time, to_time, shops, facilities,
        excluded_categories, alone, first_visit, segment, stock, per_member, minutes, author, reason,
        drafted_at
    )
    VALUES (
        %(code)s::text, %(name)s::text, %(name_en)s::text, %(kind)s::text, %(benefit)s::text,
        %(off_yen)s::bigint, %(percent)s::smallint, %(rounding)s::text, %(cap_yen)s::bigint,
        %(gift)s::text, %(gift_en)s::text, %(gift_worth_yen)s::bigint, %(least_yen)s::bigint,
        %(from_on)s::date, %(to_on)s::date, %(weekdays)s::smallint [], %(from_time)s::time,
        %(to_time)s::time, %(shops)s::bigint [], %(facilities)s::bigint [],
        %(excluded_categories)s::text [], %(alone)s::boolean, %(first_visit)s::boolean,
        %(segment)s::text, %(stock)s::bigint, %(per_member)s::bigint, %(minutes)s::integer,
        %(author)s::text, %(reason)s::text, %(now)s::timestamptz
    )
    ON CONFLICT (code) DO NOTHING
    RETURNING coupon_id
),

share AS (
    INSERT INTO tenants.coupon_shares (coupon_id, funder, weight)
    SELECT coupon.coupon_id, s.funder, s.weight
    FROM coupon
    CROSS JOIN unnest(%(funders)s::text [], %(weights)s::integer []) AS s (funder, weight)
)

SELECT coupon_id FROM coupon
