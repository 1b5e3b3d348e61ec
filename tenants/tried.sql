-- What members did in some days, as far as an occasion would have given for it: of each kind how many
-- members, and how often.
WITH came AS (
    SELECT
        entries.member_id, count(DISTINCT entries.business_date) AS days,
        count(*) FILTER (
            WHERE entries.kind = 'accrual' AND entries.paid_yen >= %(paid_yen_from)s::bigint
        ) AS sales,
        count(DISTINCT shops.facility_id) AS facilities
    FROM federation.entries
    INNER JOIN tenants.shops ON shops.shop_id = entries.shop_id
    WHERE
        entries.business_date >= %(since)s::date
        AND entries.business_date < %(until)s::date
        AND entries.kind = 'accrual'
        AND (%(facility_id)s::bigint IS NULL OR shops.facility_id = %(facility_id)s)
    GROUP BY entries.member_id
),

first AS (
    SELECT DISTINCT member_id
    FROM tenants.first_sales
    WHERE
        first_on >= %(since)s::date
        AND first_on < %(until)s::date
        AND (%(facility_id)s::bigint IS NULL OR facility_id = %(facility_id)s)
)

SELECT
    count(*) AS visit_members, coalesce(sum(days), 0)::bigint AS visit_times,
    count(*) AS login_members, coalesce(sum(days), 0)::bigint AS login_times,
    count(*) FILTER (WHERE sales >= %(stamps)s::integer) AS stamp_members,
    coalesce(sum(sales / %(stamps)s::integer), 0)::bigint AS stamp_times,
    count(*) FILTER (WHERE facilities >= %(stamps)s::integer) AS rally_members,
    count(*) FILTER (WHERE facilities >= %(stamps)s::integer) AS rally_times,
    (SELECT count(*) FROM first) AS "first-visit_members",
    (SELECT count(*) FROM first) AS "first-visit_times",
    (SELECT count(*) FROM tenants.referrals WHERE given_entry_id IS NULL) AS referral_members,
    (SELECT count(*) FROM tenants.referrals WHERE given_entry_id IS NULL) AS referral_times
FROM came
