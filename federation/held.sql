-- A hold as it stands at an instant, for the shop that made it.
SELECT
    CASE WHEN state = 'open' AND expires_at <= %(now)s::timestamptz THEN 'expired' ELSE state END
        AS state,
    points, captured_points, made_at, expires_at
FROM federation.holds
WHERE member_id = %(member_id)s::bigint AND entry_id = %(entry_id)s::bigint
