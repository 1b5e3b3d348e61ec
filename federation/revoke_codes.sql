-- A member's codes are over, now, and pay nothing any more; none is over before it was given.
UPDATE federation.codes
SET
    used_at = coalesce(used_at, %(now)s::timestamptz),
    expires_at = greatest(%(now)s::timestamptz, issued_at + interval '1 microsecond')
WHERE member_id = %(member_id)s::bigint AND expires_at > %(now)s::timestamptz
