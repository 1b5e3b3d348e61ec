-- The programme's terms, all dates.
SELECT
    from_on, spend_order, shortage_policy, redemption_limit_points_per_day, usable_from,
    late_claim_days
FROM tenants.programme
ORDER BY from_on
