-- Members whose points were kept since they were spent oftener or farther apart, or earned oftener, than
-- the pace allows.
SELECT
    pace_stops.member_id, entries.tenant_id, entries.shop_id, entries.till,
    pace_stops.business_date, 1 AS times, 0::bigint AS points,
    json_build_array(json_build_array(entries.member_id, entries.entry_id)) AS entries
FROM tenants.pace_stops
INNER JOIN federation.entries
    ON entries.member_id = pace_stops.member_id
    AND entries.entry_id = pace_stops.entry_id
WHERE pace_stops.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
