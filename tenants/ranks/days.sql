-- What each day of some members came to, with those who have become one with them, from their own first
-- day on.
SELECT
    asked.turn, basis.business_date, sum(basis.spend_yen)::bigint AS spend_yen,
    sum(basis.points)::bigint AS points
FROM unnest(%(members)s::bigint [], %(firsts)s::date [])
    WITH ORDINALITY AS asked (member_id, first_on, turn)
INNER JOIN tenants.rank_basis AS basis
    ON
        basis.business_date BETWEEN asked.first_on AND %(last_on)s::date
        AND basis.member_id IN (
            SELECT kin.member_id FROM federation.members AS kin
            WHERE kin.member_id = asked.member_id OR kin.merged_into = asked.member_id
        )
GROUP BY asked.turn, basis.business_date
