-- Fields that a member told for the first time; one that was told before stays as it is.
INSERT INTO tenants.enrichments (member_id, field, points, funder_id, told_at)
SELECT %(member_id)s::bigint, t.field, t.points, t.funder_id, %(now)s::timestamptz
FROM unnest(%(fields)s::text [], %(points)s::bigint [], %(funders)s::bigint [])
    AS t (field, points, funder_id)
ON CONFLICT (member_id, field) DO NOTHING
RETURNING field, points
