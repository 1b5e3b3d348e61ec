-- Somebody made sure: a member's points may be spent again.
UPDATE tenants.pace_stops
SET
    released_at = %(now)s::timestamptz,
    released_by = %(released_by)s::text,
    release_reason = %(reason)s::text
WHERE member_id = %(member_id)s::bigint AND released_at IS NULL
