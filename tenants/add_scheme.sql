-- Another settlement scheme, under the next number.
INSERT INTO tenants.schemes (
    scheme_id, funding, breakage, attribution, from_on, author, reason
)
SELECT
    coalesce(max(scheme_id), 0) + 1, %(funding)s::text, %(breakage)s::text, %(attribution)s::text,
    %(from_on)s::date, %(author)s::text, %(reason)s::text
FROM tenants.schemes
RETURNING scheme_id
