-- How much there is to replay up to an instant, and from when on nothing is away.
SELECT
    (
        SELECT count(*) FROM (
            SELECT FROM federation.entries
            WHERE entries.booked_at <= %(until)s::timestamptz
            LIMIT %(most)s::bigint + 1
        ) AS counted
    ) AS entries,
    (SELECT max(detached.until_at) FROM federation.detached) AS away_until,
    (SELECT old.cycle_id FROM settlement.shortages_after AS old) AS shortages_after
