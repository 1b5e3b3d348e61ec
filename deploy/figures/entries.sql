-- The entries behind a figure, the newest business date first: at some shops, of one kind, or with a
-- part in one figure; at one weekday and hour, or up to an hour. What the whole comes to stands in
-- `whole.sql`.
SELECT
    flows.member_id, flows.entry_id, flows.business_date, flows.at, flows.booked_as AS kind,
    flows.till, flows.slip, flows.receipt_till, flows.receipt_no, flows.points, flows.paid_yen,
    flows.shop_id, told.part
FROM tenants.sales_flows AS flows
CROSS JOIN LATERAL (
    SELECT
        CASE %(figure)s::text
            WHEN 'receipts' THEN flows.receipts
            WHEN 'uses' THEN flows.uses
            WHEN 'issued_points' THEN flows.issued_points
            WHEN 'redeemed_points' THEN flows.redeemed_points
            WHEN 'lapsed_points' THEN flows.lapsed_points
            WHEN 'sales_yen' THEN flows.sales_yen
            WHEN 'members' THEN abs(flows.receipts) + abs(flows.uses)
        END AS part
) AS told
WHERE
    flows.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
    AND flows.shop_id = ANY(%(shops)s::bigint [])
    AND (%(kind)s::text IS NULL OR flows.booked_as = %(kind)s)
    AND (%(figure)s::text IS NULL OR told.part <> 0)
    AND (%(weekday)s::integer IS NULL OR extract(ISODOW FROM flows.business_date) = %(weekday)s)
    AND (%(hour)s::integer IS NULL OR flows.hour = %(hour)s)
    AND (%(until_hour)s::integer IS NULL OR flows.hour <= %(until_hour)s)
    AND (
        %(before_on)s::date IS NULL
        OR (flows.business_date, flows.entry_id, flows.member_id)
        < (%(before_on)s::date, %(before_entry)s::bigint, %(before_member)s::bigint)
    )
ORDER BY flows.business_date DESC, flows.entry_id DESC, flows.member_id DESC
LIMIT %(most)s::integer
