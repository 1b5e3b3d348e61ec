-- So far a segment has been evaluated today.
UPDATE tenants.segments SET counting_on = %(today)s::date, after_member_id = %(after)s::bigint
WHERE segment = %(segment)s::text
