-- Count what some numbers of the journal add, and say whom they concern: the member, or who it has
-- become one with, with the business days; and whether a merge is among them.
WITH flows AS (
    SELECT
        rank_flows.member_id, rank_flows.business_date,
        sum(rank_flows.spend_yen)::bigint AS spend_yen, sum(rank_flows.points)::bigint AS points
    FROM tenants.rank_flows
    WHERE rank_flows.number > %(after)s::bigint AND rank_flows.number <= %(up_to)s::bigint
    GROUP BY rank_flows.member_id, rank_flows.business_date
),

counted AS (
    INSERT INTO tenants.rank_basis AS basis (member_id, business_date, spend_yen, points)
    SELECT flows.member_id, flows.business_date, flows.spend_yen, flows.points
    FROM flows ORDER BY flows.member_id, flows.business_date
    ON CONFLICT (member_id, business_date) DO UPDATE
        SET
            spend_yen = basis.spend_yen + excluded.spend_yen,
            points = basis.points + excluded.points
),

concerned AS (
    SELECT flows.member_id, flows.business_date, false AS merged FROM flows
    UNION ALL
    SELECT journal.member_id, NULL, true
    FROM federation.journal
    INNER JOIN federation.entries USING (member_id, entry_id, booked_at)
    WHERE
        journal.number > %(after)s::bigint AND journal.number <= %(up_to)s::bigint
        AND entries.kind = 'merge'
)

SELECT
    coalesce(members.merged_into, members.member_id) AS member_id,
    array_agg(DISTINCT concerned.business_date) FILTER (WHERE concerned.business_date IS NOT NULL)
        AS days,
    bool_or(concerned.merged) AS merged
FROM concerned
INNER JOIN federation.members USING (member_id)
GROUP BY coalesce(members.merged_into, members.member_id)
ORDER BY 1
