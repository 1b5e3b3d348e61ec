-- Members line up, as they do for a booking (`line_up.sql`): a statement of its own, before any look.
SELECT count(pg_advisory_xact_lock(28005, place)) AS places
FROM (
    SELECT DISTINCT hashint8(member_id) AS place
    FROM unnest(%(members)s::bigint []) AS asked (member_id)
    ORDER BY place
) AS places
