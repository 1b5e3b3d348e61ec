-- What a month was used for, per tenant and (without one) in all: slips that came and how many were
-- refused, members who earned or spent, tills that are on now.
WITH came AS (
    SELECT
        answers.tenant_id, count(*) AS slips,
        count(*) FILTER (WHERE answers.status >= 400) AS refused
    FROM federation.answers
    WHERE answers.booked_at >= %(from_at)s::timestamptz AND answers.booked_at < %(until_at)s::timestamptz
    GROUP BY GROUPING SETS ((answers.tenant_id), ())
),

booked AS (
    SELECT entries.tenant_id, count(DISTINCT entries.member_id) AS members
    FROM federation.entries
    WHERE
        entries.booked_at >= %(from_at)s::timestamptz
        AND entries.booked_at < %(until_at)s::timestamptz
        AND entries.kind IN ('accrual', 'redemption')
    GROUP BY GROUPING SETS ((entries.tenant_id), ())
),

standing AS (
    SELECT tills.tenant_id, count(*) AS tills
    FROM tenants.tills
    WHERE tills.state = 'active'
    GROUP BY GROUPING SETS ((tills.tenant_id), ())
),

whose AS (
    SELECT tenants.tenant_id, parties.code
    FROM tenants.tenants
    INNER JOIN tenants.parties ON parties.party_id = tenants.tenant_id
    UNION ALL
    SELECT NULL, '*'
)

SELECT
    whose.code AS tenant, coalesce(standing.tills, 0) AS tills, coalesce(booked.members, 0) AS members,
    coalesce(came.slips, 0) AS slips, coalesce(came.refused, 0) AS refused
FROM whose
LEFT JOIN came ON came.tenant_id IS NOT DISTINCT FROM whose.tenant_id
LEFT JOIN booked ON booked.tenant_id IS NOT DISTINCT FROM whose.tenant_id
LEFT JOIN standing ON standing.tenant_id IS NOT DISTINCT FROM whose.tenant_id
ORDER BY whose.tenant_id NULLS LAST
