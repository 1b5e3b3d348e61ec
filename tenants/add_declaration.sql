-- What is declared of a place, for a slot.
INSERT INTO tenants.declarations (
    declaration_id, facility_id, code, from_at, to_at, tenths, funders, author, reason, declared_at
)
VALUES (
    nextval('tenants.ids'), %(facility_id)s::bigint, %(code)s::text, %(from_at)s::timestamptz,
    %(to_at)s::timestamptz, %(tenths)s::integer, %(funders)s::jsonb, %(author)s::text,
    %(reason)s::text, %(now)s::timestamptz
)
RETURNING declaration_id
