-- What a till declared at one close; sent again, the latest counts.
INSERT INTO tenants.daily_totals (
    tenant_id, till, business_date, close_no, accruals_count, accruals_points, accruals_yen,
    redemptions_count, redemptions_points, reversals, returns, sales_yen, customers, first_slip,
    last_slip, staff, declared_at
)
VALUES (
    %(tenant_id)s::bigint, %(till)s::text, %(business_date)s::date, %(close_no)s::integer,
    %(accruals_count)s::bigint, %(accruals_points)s::bigint, %(accruals_yen)s::bigint,
    %(redemptions_count)s::bigint, %(redemptions_points)s::bigint, %(reversals)s::bigint,
    %(returns)s::bigint, %(sales_yen)s::bigint, %(customers)s::bigint, %(first_slip)s::text,
    %(last_slip)s::text, %(staff)s::text, %(declared_at)s::timestamptz
)
ON CONFLICT (tenant_id, till, business_date, close_no) DO UPDATE SET
    accruals_count = excluded.accruals_count,
    accruals_points = excluded.accruals_points,
    accruals_yen = excluded.accruals_yen,
    redemptions_count = excluded.redemptions_count,
    redemptions_points = excluded.redemptions_points,
    reversals = excluded.reversals,
    returns = excluded.returns,
    sales_yen = excluded.sales_yen,
    customers = excluded.customers,
    first_slip = excluded.first_slip,
    last_slip = excluded.last_slip,
    staff = excluded.staff,
    declared_at = excluded.declared_at
