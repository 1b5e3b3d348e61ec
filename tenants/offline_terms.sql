-- What a tenant lets its tills take in points while they cannot ask.
SELECT from_on, per_line_points, per_till_day_points
FROM tenants.offline_terms
WHERE tenant_id = %(tenant_id)s::bigint
