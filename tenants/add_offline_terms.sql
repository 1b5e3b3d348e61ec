-- What a tenant accepts from a business date on.
INSERT INTO tenants.offline_terms (
    tenant_id, from_on, per_line_points, per_till_day_points, author, reason
)
VALUES (
    %(tenant_id)s::bigint, %(from_on)s::date, %(per_line_points)s::bigint,
    %(per_till_day_points)s::bigint, %(author)s::text, %(reason)s::text
)
