-- The two groups of a campaign by the SHA-256 of campaign and member (`giving.controlled`): how many
-- members, their sales, days with a sale and points in the period, and the metric's sum and squares.
WITH meant AS (
    SELECT wallets.member_id
    FROM federation.wallets
    INNER JOIN federation.members USING (member_id)
    WHERE
        %(segment)s::text IS NULL
        AND wallets.state IN ('active', 'frozen')
        AND members.joined_on <= %(to_on)s::date
    UNION
    SELECT segment_members.member_id
    FROM tenants.segment_members
    WHERE
        segment_members.segment = %(segment)s
        AND segment_members.since_on <= %(to_on)s::date
        AND coalesce(segment_members.until_on, %(to_on)s::date) >= %(from_on)s::date
),

split AS (
    SELECT
        member_id,
        (
            get_byte(digest, 0) * 65536 + get_byte(digest, 1) * 256 + get_byte(digest, 2)
        ) %% 10000 < %(control_bp)s::integer AS controlled
    FROM (
        SELECT member_id, sha256(convert_to(%(code)s::text || '/' || member_id, 'UTF8')) AS digest
        FROM meant
    ) AS hashed
),

sold AS (
    SELECT
        entries.member_id, entries.entry_id, entries.business_date, entries.points,
        entries.paid_yen - coalesce((
            SELECT sum(returned.returned_yen)
            FROM federation.entries AS returned
            WHERE
                returned.member_id = entries.member_id
                AND returned.of_entry_id = entries.entry_id
                AND returned.kind = 'return'
        ), 0) AS yen
    FROM federation.entries
    INNER JOIN tenants.shops USING (shop_id)
    LEFT JOIN tenants.parties AS facility ON facility.party_id = shops.facility_id
    WHERE
        entries.kind = 'accrual'
        AND entries.business_date BETWEEN %(from_on)s::date AND %(to_on)s::date
        AND (%(facility)s::text IS NULL OR facility.code = %(facility)s)
        AND NOT EXISTS (
            SELECT FROM federation.entries AS undone
            WHERE
                undone.member_id = entries.member_id
                AND undone.of_entry_id = entries.entry_id
                AND undone.kind = 'reversal'
        )
),

each AS (
    SELECT
        split.member_id, split.controlled,
        coalesce(sum(sold.yen), 0) AS sales_yen,
        count(DISTINCT sold.business_date) AS visits,
        coalesce(sum(sold.points), 0) AS points
    FROM split
    LEFT JOIN sold USING (member_id)
    GROUP BY split.member_id, split.controlled
),

metric AS (
    SELECT
        each.*,
        CASE %(metric)s::text
            WHEN 'sales' THEN sales_yen WHEN 'visits' THEN visits ELSE points
        END AS value
    FROM each
),

given AS (
    SELECT split.controlled, sum(lots.points) AS points
    FROM sold
    INNER JOIN split USING (member_id)
    INNER JOIN federation.lots USING (member_id, entry_id)
    WHERE lots.rule = 'campaign:' || %(code)s
    GROUP BY split.controlled
)

SELECT
    metric.controlled,
    count(*)::text AS members,
    sum(sales_yen)::text AS sales_yen,
    sum(visits)::text AS visits,
    sum(metric.points)::text AS points,
    sum(value)::text AS total,
    sum(value * value)::text AS squares,
    coalesce(max(given.points), 0)::text AS given_points
FROM metric
LEFT JOIN given USING (controlled)
GROUP BY metric.controlled
