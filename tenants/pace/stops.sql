-- Members whose points were kept, the newest first, and whether they are frozen still.
SELECT
    pace_stops.stop_id, pace_stops.member_id, pace_stops.entry_id, pace_stops.business_date,
    pace_stops.why, pace_stops.stopped_at, pace_stops.released_at, pace_stops.released_by,
    pace_stops.release_reason, wallets.state
FROM tenants.pace_stops
INNER JOIN federation.wallets USING (member_id)
WHERE %(before)s::bigint IS NULL OR pace_stops.stop_id < %(before)s::bigint
ORDER BY pace_stops.stop_id DESC
LIMIT %(most)s::bigint
