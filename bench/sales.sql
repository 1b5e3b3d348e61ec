-- Sales of the past with all that an accrual leaves behind, but for a shorter answer.
WITH sales AS (
    SELECT *
    FROM bench.sales(
        %(first)s::bigint, %(last)s::bigint, %(members)s::bigint, %(lots)s::bigint,
        %(ends_at)s::timestamptz
    )
),

entry AS (
    INSERT INTO federation.entries (
        member_id, entry_id, kind, tenant_id, shop_id, till, slip, points, paid_yen, excluded_yen,
        receipt_till, receipt_no, rank, at, business_date, cycle_id, booked_at
    )
    SELECT
        member_id, k, 'accrual', tenant_id, shop_id, till, 'M-' || k, points, points * 110, 0, till,
        'M' || k, 'general', at, sold_on, cycle_id, at
    FROM sales
),

lot AS (
    INSERT INTO federation.lots (
        member_id, entry_id, part, points, points_left, shop_id, funder_id, scheme_id, limited, rule,
        usable_from, expires_on
    )
    SELECT
        member_id, k, 0, points, points, shop_id, tenant_id, 1, false, 'base', sold_on, expires_on
    FROM sales
),

receipt AS (
    INSERT INTO federation.receipts (
        shop_id, business_date, receipt_till, receipt_no, tenant_id, slip, booked_at
    )
    SELECT shop_id, sold_on, till, 'M' || k, tenant_id, 'M-' || k, at FROM sales
),

slip AS (
    INSERT INTO federation.slips (
        shop_id, slip, tenant_id, member_id, client_id, fingerprint, booked_at
    )
    SELECT shop_id, 'M-' || k, tenant_id, member_id, 'c_past', sha256(k::text::bytea), at FROM sales
)

INSERT INTO federation.answers (shop_id, slip, tenant_id, status, body, booked_at)
SELECT shop_id, 'M-' || k, tenant_id, 201, '{}', at FROM sales
