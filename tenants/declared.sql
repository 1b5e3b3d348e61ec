-- Every close of a till's business date.
SELECT
    accruals_count, accruals_points, accruals_yen, redemptions_count, redemptions_points, reversals,
    returns, first_slip, last_slip
FROM tenants.daily_totals
WHERE
    tenant_id = %(tenant_id)s::bigint
    AND till = %(till)s::text
    AND business_date = %(business_date)s::date
ORDER BY close_no
