-- Share the close; then line up per member before any row is locked, which would give the transaction
-- its number already: so, of two bookings for a member, the later has the higher number, by which the
-- journal goes.
SELECT
    pg_advisory_xact_lock_shared(%(close)s::bigint) AS shared,
    (
        SELECT count(pg_advisory_xact_lock(28005, place))
        FROM (
            SELECT DISTINCT hashint8(member_id) AS place
            FROM unnest(%(members)s::bigint []) AS asked (member_id)
            ORDER BY place
        ) AS places
    ) AS waiting
