-- A reward is booked.
UPDATE tenants.enrichments
SET booked_at = %(now)s::timestamptz
WHERE member_id = %(member_id)s::bigint AND field = %(field)s::text AND booked_at IS NULL
