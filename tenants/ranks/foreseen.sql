-- Who reaches a rule as it stands, as it is thought of, or both, each in its own window, whoever has become
-- one with whom counted together; of those whom the change would move the first few by name.
WITH days AS (
    SELECT
        coalesce(members.merged_into, members.member_id) AS member_id, basis.business_date,
        sum(basis.spend_yen) AS spend_yen, sum(basis.points) AS points
    FROM tenants.rank_basis AS basis
    INNER JOIN federation.members USING (member_id)
    WHERE
        basis.business_date BETWEEN least(%(was_first)s::date, %(first)s::date)
        AND greatest(%(was_last)s::date, %(last)s::date)
    GROUP BY coalesce(members.merged_into, members.member_id), basis.business_date
),

counted AS (
    SELECT
        days.member_id, days.business_date,
        CASE %(was_measure)s::text
            WHEN 'spend' THEN days.spend_yen WHEN 'points' THEN days.points
            ELSE (days.spend_yen > 0)::integer
        END AS was,
        CASE %(measure)s::text
            WHEN 'spend' THEN days.spend_yen WHEN 'points' THEN days.points
            ELSE (days.spend_yen > 0)::integer
        END AS would
    FROM days
),

figures AS (
    SELECT
        counted.member_id,
        coalesce(sum(counted.was) FILTER (
            WHERE counted.business_date BETWEEN %(was_first)s::date AND %(was_last)s::date
        ), 0)::bigint AS was,
        coalesce(sum(counted.would) FILTER (
            WHERE counted.business_date BETWEEN %(first)s::date AND %(last)s::date
        ), 0)::bigint AS would
    FROM counted
    GROUP BY counted.member_id
),

reached AS (
    SELECT
        figures.member_id, figures.was, figures.would,
        CASE
            WHEN coalesce(figures.was >= %(was_threshold)s::bigint, false)
            THEN CASE
                WHEN coalesce(figures.would >= %(threshold)s::bigint, false) THEN 'stays'
                ELSE 'falls'
            END
            ELSE 'rises'
        END AS turn
    FROM figures
    WHERE
        figures.was >= %(was_threshold)s::bigint
        OR figures.would >= %(threshold)s::bigint
),

told AS (
    SELECT
        reached.turn, reached.member_id, wallets.rank, reached.was, reached.would,
        count(*) OVER (PARTITION BY reached.turn) AS members,
        row_number() OVER (
            PARTITION BY reached.turn ORDER BY reached.would DESC, reached.member_id
        ) AS place
    FROM reached
    INNER JOIN federation.wallets USING (member_id)
    WHERE wallets.state NOT IN ('merged', 'withdrawn')
)

SELECT
    told.turn, told.members, told.member_id, told.rank, told.was, told.would, profiles.name
FROM told
LEFT JOIN federation.profiles USING (member_id)
WHERE told.place <= CASE told.turn WHEN 'stays' THEN 1 ELSE %(most)s::integer END
ORDER BY told.turn, told.place
