-- The locks of a batch: the close is shared, then members line up, in order, before anything is looked
-- at or written. A transaction has its number from its first write on: so, of two bookings for a
-- member, the later has the higher number, by which the journal goes. Whom
-- carriers and one-time codes lead to is found here; all who are concerned, and those of them whose
-- lots must be known, are named for the statements that follow.
WITH led AS MATERIALIZED (
    SELECT carrier, member_id FROM federation.carriers WHERE carrier = ANY(%(carriers)s::text [])
    UNION ALL
    SELECT code, member_id FROM federation.codes WHERE code = ANY(%(codes)s::text [])
),

concerned AS MATERIALIZED (
    SELECT unnest(%(members)s::bigint []) AS member_id
    UNION
    SELECT member_id FROM led
),

spenders AS (
    SELECT unnest(%(spending_members)s::bigint []) AS member_id
    UNION
    SELECT member_id FROM led WHERE carrier = ANY(%(spending_carriers)s::text [])
)

SELECT
    pg_advisory_xact_lock_shared(%(close)s::bigint) AS close,
    (
        SELECT count(pg_advisory_xact_lock(28005, place))
        FROM (SELECT DISTINCT hashint8(member_id) AS place FROM concerned ORDER BY place) AS places
    ) AS places,
    set_config(
        'meguri.concerned', (SELECT coalesce(array_agg(member_id), '{}')::text FROM concerned), true
    ) AS concerned,
    set_config(
        'meguri.spenders', (SELECT coalesce(array_agg(member_id), '{}')::text FROM spenders), true
    ) AS spenders,
    (SELECT coalesce(json_object_agg(carrier, member_id), '{}')::text FROM led) AS led
