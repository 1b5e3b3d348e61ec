-- Who of these members is in a segment now.
SELECT member_id
FROM tenants.segment_members
WHERE segment = %(segment)s::text AND member_id = ANY(%(members)s::bigint []) AND until_on IS NULL
