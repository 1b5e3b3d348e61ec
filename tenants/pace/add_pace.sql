-- How fast points may move from a business date on, by whom and why.
INSERT INTO tenants.paces (from_on, redemptions, apart_minutes, accruals, author, reason)
VALUES (
    %(from_on)s::date, %(redemptions)s::smallint, %(apart_minutes)s::smallint,
    %(accruals)s::smallint, %(author)s::text, %(reason)s::text
)
ON CONFLICT DO NOTHING
