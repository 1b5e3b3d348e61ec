-- These members are in a segment no more from today.
UPDATE tenants.segment_members SET until_on = %(today)s::date - 1
WHERE segment = %(segment)s::text AND member_id = ANY(%(members)s::bigint []) AND until_on IS NULL
