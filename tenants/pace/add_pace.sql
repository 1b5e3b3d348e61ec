-- How fast points may be spent from a business date on, by whom and why.
INSERT INTO tenants.paces (from_on, redemptions, apart_minutes, author, reason)
VALUES (
    %(from_on)s::date, %(redemptions)s::smallint, %(apart_minutes)s::smallint, %(author)s::text,
    %(reason)s::text
)
ON CONFLICT DO NOTHING
