-- What each member came to within a window, with those who have become one with them; a business day
-- with anything bought and kept is a visit.
SELECT
    coalesce(sum(days.spend_yen), 0)::bigint AS spend_yen,
    count(*) FILTER (WHERE days.spend_yen > 0) AS visits,
    coalesce(sum(days.points), 0)::bigint AS points
FROM unnest(%(members)s::bigint [], %(firsts)s::date [], %(lasts)s::date [])
    WITH ORDINALITY AS asked (member_id, first_on, last_on, turn)
LEFT JOIN LATERAL (
    SELECT
        basis.business_date, sum(basis.spend_yen) AS spend_yen, sum(basis.points) AS points
    FROM tenants.rank_basis AS basis
    WHERE
        basis.member_id IN (
            SELECT kin.member_id FROM federation.members AS kin
            WHERE kin.member_id = asked.member_id OR kin.merged_into = asked.member_id
        )
        AND basis.business_date BETWEEN asked.first_on AND asked.last_on
    GROUP BY basis.business_date
) AS days ON true
GROUP BY asked.turn
ORDER BY asked.turn
