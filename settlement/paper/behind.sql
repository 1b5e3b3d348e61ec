-- The entries behind one line of a party's statement, newest first: day, points and place; receipt,
-- till and member only where the entry was booked by that party, or for one who sees all.
WITH put AS (
    SELECT * FROM json_to_recordset(%(puts)s::json) AS p (
        funding text, movement text, kind text, role text, code integer, sign integer
    )
),

met AS (
    SELECT
        parts.member_id, parts.entry_id, parts.booked_at, sum(parts.points) AS points,
        sum(parts.points * put.sign) AS yen, bool_and(put.sign = 0) AS memo
    FROM settlement.parts
    INNER JOIN put USING (funding, movement, kind)
    WHERE
        parts.cycle_id = %(cycle_id)s::integer
        AND parts.booked_at BETWEEN %(since)s::timestamptz AND %(until)s::timestamptz
        AND put.code = %(code)s::integer
        AND (parts.late AND put.sign <> 0) = %(late)s::boolean
        AND (%(before)s::bigint IS NULL OR parts.entry_id < %(before)s)
        AND (
            %(on)s::date IS NULL
            OR EXISTS (
                SELECT FROM federation.entries
                WHERE
                    entries.member_id = parts.member_id
                    AND entries.entry_id = parts.entry_id
                    AND entries.booked_at = parts.booked_at
                    AND entries.business_date = %(on)s
            )
        )
        AND %(party_id)s::bigint = CASE put.role
            WHEN 'funder' THEN parts.funder_id
            WHEN 'tenant' THEN parts.tenant_id
            ELSE (SELECT fund.party_id FROM tenants.parties AS fund WHERE fund.kind = put.role)
        END
    GROUP BY 1, 2, 3
    ORDER BY 2 DESC
    LIMIT %(most)s::integer
),

seen AS (
    SELECT
        met.member_id, met.entry_id, met.points, met.yen, met.memo, entries.business_date,
        entries.kind, entries.shop_id, entries.till, entries.receipt_no, entries.slip, entries.at,
        %(wide)s::boolean OR entries.tenant_id = %(party_id)s::bigint AS own
    FROM met
    INNER JOIN federation.entries USING (member_id, entry_id, booked_at)
)

SELECT
    seen.member_id, seen.entry_id, seen.business_date, seen.kind, seen.points::bigint AS points,
    CASE WHEN seen.memo THEN NULL ELSE seen.yen::bigint END AS yen,
    shops.code AS shop, facility.code AS facility, seen.own,
    CASE WHEN seen.own THEN seen.at END AS at,
    CASE WHEN seen.own THEN seen.till END AS till,
    CASE WHEN seen.own THEN seen.receipt_no END AS receipt_no,
    CASE WHEN seen.own THEN seen.slip END AS slip
FROM seen
INNER JOIN tenants.shops USING (shop_id)
LEFT JOIN tenants.parties AS facility ON facility.party_id = shops.facility_id
ORDER BY seen.entry_id DESC
