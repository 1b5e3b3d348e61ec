-- What one till booked of a business date, a row for each slip, the latest first; what was undone or
-- came back since stands beside it, and a hold as it stands now.
WITH own AS (
    SELECT
        slip, max(entry_id) AS last_entry_id, min(at) AS at, max(booked_at) AS booked_at,
        max(staff) AS staff, max(receipt_no) AS receipt_no, bool_or(offline) AS offline,
        array_agg(kind ORDER BY entry_id) AS kinds, array_agg(entry_id) AS entry_ids,
        max(member_id) AS member_id, max(entry_id) FILTER (WHERE kind = 'hold') AS hold_entry_id,
        coalesce(sum(points) FILTER (WHERE kind = 'accrual'), 0)::bigint AS points,
        coalesce(-sum(points) FILTER (WHERE kind = 'redemption'), 0)::bigint AS redeemed_points,
        coalesce(sum(paid_yen) FILTER (WHERE kind = 'accrual'), 0)::bigint AS paid_yen
    FROM federation.entries
    WHERE
        tenant_id = %(tenant_id)s::bigint
        AND till = %(till)s::text
        AND business_date = %(business_date)s::date
        AND booked_at >= %(business_date)s::date::timestamp AT TIME ZONE 'Asia/Tokyo'
        AND kind IN ('accrual', 'redemption', 'coupon', 'hold', 'reversal', 'return')
        AND slip IS NOT NULL
    GROUP BY slip
    HAVING %(before)s::bigint IS NULL OR max(entry_id) < %(before)s
    ORDER BY max(entry_id) DESC
    LIMIT %(most)s::integer
)

SELECT
    own.slip, own.last_entry_id, own.at, own.booked_at, own.staff, own.receipt_no, own.offline,
    own.kinds, own.points, own.redeemed_points, own.paid_yen, own.member_id, own.hold_entry_id,
    since.reversed, since.returned_yen,
    CASE
        WHEN holds.state = 'open' AND holds.expires_at <= %(now)s::timestamptz THEN 'expired'
        ELSE holds.state
    END AS hold_state,
    holds.points AS held_points, holds.expires_at AS held_until
FROM own
CROSS JOIN LATERAL (
    SELECT
        coalesce(bool_or(later.kind = 'reversal'), false) AS reversed,
        coalesce(sum(later.returned_yen) FILTER (WHERE later.kind = 'return'), 0)::bigint
            AS returned_yen
    FROM federation.entries AS later
    WHERE later.member_id = own.member_id AND later.of_entry_id = ANY(own.entry_ids)
) AS since
LEFT JOIN federation.holds
    ON holds.member_id = own.member_id AND holds.entry_id = own.hold_entry_id
ORDER BY own.last_entry_id DESC
