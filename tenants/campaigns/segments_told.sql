-- Segments by code, or one.
SELECT segment, name, name_en, rule, author, reason, made_at, counted_on, members
FROM tenants.segments
WHERE %(segment)s::text IS NULL OR segment = %(segment)s
ORDER BY segment
