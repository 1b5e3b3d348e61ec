-- All members were looked at: who has gone is out, and the rest are counted.
WITH gone AS (
    UPDATE tenants.segment_members SET until_on = %(today)s::date - 1
    FROM federation.wallets
    WHERE
        segment_members.segment = %(segment)s::text
        AND segment_members.until_on IS NULL
        AND wallets.member_id = segment_members.member_id
        AND wallets.state NOT IN ('active', 'frozen')
)

UPDATE tenants.segments
SET
    counted_on = %(today)s::date,
    counting_on = NULL,
    after_member_id = 0,
    members = (
        SELECT count(*)
        FROM tenants.segment_members AS now
        INNER JOIN federation.wallets USING (member_id)
        WHERE
            now.segment = segments.segment
            AND now.until_on IS NULL
            AND wallets.state IN ('active', 'frozen')
    )
WHERE segment = %(segment)s::text
