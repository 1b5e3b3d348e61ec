-- What makes ranks is what the journal says up to the mark, counted anew.
WITH anew AS (
    SELECT
        rank_flows.member_id, rank_flows.business_date,
        sum(rank_flows.spend_yen) AS spend_yen, sum(rank_flows.points) AS points
    FROM tenants.rank_flows
    WHERE rank_flows.number <= (SELECT rank_mark.number FROM tenants.rank_mark)
    GROUP BY rank_flows.member_id, rank_flows.business_date
)

SELECT
    'rank basis differs from the journal' AS broken,
    member_id AS id,
    (coalesce(kept.spend_yen, 0) - coalesce(anew.spend_yen, 0))::bigint AS off
FROM anew
FULL JOIN tenants.rank_basis AS kept USING (member_id, business_date)
WHERE
    coalesce(anew.spend_yen, 0) <> coalesce(kept.spend_yen, 0)
    OR coalesce(anew.points, 0) <> coalesce(kept.points, 0)
ORDER BY member_id
LIMIT 100
