-- How often a member, or one who has become one with them, used a benefit on a day and in its month.
SELECT
    count(*) FILTER (WHERE uses.business_date = %(day)s::date) AS today,
    count(*) AS this_month
FROM tenants.benefit_uses AS uses
WHERE
    uses.member_id IN (
        SELECT kin.member_id FROM federation.members AS kin
        WHERE kin.member_id = %(member_id)s::bigint OR kin.merged_into = %(member_id)s::bigint
    )
    AND uses.benefit = %(benefit)s::text
    AND uses.undone_at IS NULL
    AND date_trunc('month', uses.business_date) = date_trunc('month', %(day)s::date)
