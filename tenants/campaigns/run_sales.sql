-- The sales of the next members to which a run's campaign gave points on its days: the base points, and
-- what it gave by funder, less what returns have taken back. Whoever has become one with another counts
-- with the heir.
WITH asked AS (
    SELECT run, 'campaign:' || campaign AS rule, from_on, to_on, after_member_id
    FROM tenants.correction_runs
    WHERE run = %(run)s::text AND state = 'counting'
),

sold AS NOT MATERIALIZED (
    SELECT entries.member_id, entries.entry_id
    FROM federation.entries
    WHERE
        entries.kind = 'accrual'
        AND entries.business_date BETWEEN (SELECT from_on FROM asked) AND (SELECT to_on FROM asked)
        AND entries.booked_at >= (SELECT from_on FROM asked) - 1
        AND EXISTS (
            SELECT FROM federation.lots
            WHERE
                lots.member_id = entries.member_id
                AND lots.entry_id = entries.entry_id
                AND lots.rule = (SELECT rule FROM asked)
        )
        AND NOT EXISTS (
            SELECT FROM federation.entries AS undone
            WHERE
                undone.member_id = entries.member_id
                AND undone.of_entry_id = entries.entry_id
                AND undone.kind = 'reversal'
        )
),

-- One member after another, with a look at each one's own sales (the LIMIT keeps it at that), so that no
-- more is read than the next few take; the heirs of others stand in an index of their own.
own AS (
    SELECT members.member_id AS heir_id
    FROM federation.members
    CROSS JOIN LATERAL (
        SELECT FROM sold WHERE sold.member_id = members.member_id LIMIT 1
    ) AS any_sale
    WHERE
        members.member_id > (SELECT after_member_id FROM asked)
        AND members.merged_into IS NULL
    ORDER BY members.member_id
    LIMIT %(most)s::integer
),

heirs AS (
    SELECT DISTINCT members.merged_into AS heir_id
    FROM federation.members
    CROSS JOIN LATERAL (
        SELECT FROM sold WHERE sold.member_id = members.member_id LIMIT 1
    ) AS any_sale
    WHERE members.merged_into > (SELECT after_member_id FROM asked)
    ORDER BY members.merged_into
    LIMIT %(most)s::integer
),

next AS (
    SELECT heir_id FROM own
    UNION
    SELECT heir_id FROM heirs
    ORDER BY heir_id
    LIMIT %(most)s::integer
),

who AS (
    SELECT heir_id, heir_id AS member_id FROM next
    UNION ALL
    SELECT next.heir_id, members.member_id
    FROM next
    INNER JOIN federation.members ON members.merged_into = next.heir_id
),

sale AS (
    SELECT who.heir_id, own_sale.member_id, own_sale.entry_id
    FROM who
    CROSS JOIN LATERAL (
        SELECT sold.member_id, sold.entry_id FROM sold WHERE sold.member_id = who.member_id
        OFFSET 0    -- one member at a time
    ) AS own_sale
),

returned AS (
    SELECT returns.member_id, returns.entry_id, sale.entry_id AS of_entry_id
    FROM sale
    INNER JOIN federation.entries AS returns
        ON returns.member_id = sale.member_id AND returns.of_entry_id = sale.entry_id
    WHERE
        returns.kind = 'return'
        AND NOT EXISTS (
            SELECT FROM federation.entries AS undone
            WHERE
                undone.member_id = returns.member_id
                AND undone.of_entry_id = returns.entry_id
                AND undone.kind = 'reversal'
        )
),

part AS (
    SELECT sale.member_id, sale.entry_id, lots.rule, lots.funder_id, lots.points
    FROM sale
    INNER JOIN federation.lots USING (member_id, entry_id)
    UNION ALL
    SELECT
        returned.member_id, returned.of_entry_id, coalesce(draws.for_rule, draws.rule),
        coalesce(draws.for_funder_id, draws.funder_id), -draws.points
    FROM returned
    INNER JOIN federation.draws
        ON draws.member_id = returned.member_id AND draws.entry_id = returned.entry_id
    WHERE draws.kind = 'return' AND draws.points > 0
    UNION ALL
    SELECT
        returned.member_id, returned.of_entry_id, shortages.rule, shortages.funder_id,
        -shortages.points
    FROM returned
    INNER JOIN federation.shortages USING (member_id, entry_id)
    WHERE NOT shortages.undone
),

net AS (
    SELECT part.member_id, part.entry_id, part.rule, part.funder_id, sum(part.points)::bigint AS points
    FROM part
    GROUP BY part.member_id, part.entry_id, part.rule, part.funder_id
)

SELECT
    sale.heir_id AS member_id,
    coalesce(max(net.points) FILTER (WHERE net.rule = 'base'), 0)::bigint AS base,
    coalesce(
        json_agg(json_build_array(net.funder_id, net.points) ORDER BY net.funder_id)
        FILTER (WHERE net.rule = asked.rule AND net.points > 0),
        '[]'
    ) AS by_funder
FROM sale
CROSS JOIN asked
INNER JOIN net USING (member_id, entry_id)
GROUP BY sale.heir_id, sale.entry_id
ORDER BY sale.heir_id, sale.entry_id
