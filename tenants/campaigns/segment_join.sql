-- These members are in a segment from today.
INSERT INTO tenants.segment_members (segment, member_id, since_on)
SELECT %(segment)s::text, member_id, %(today)s::date
FROM unnest(%(members)s::bigint []) AS m (member_id)
ON CONFLICT (segment, member_id, since_on) DO UPDATE SET until_on = NULL
