-- How old one must be to join, from a day on, by whom and why.
INSERT INTO tenants.joining_rules (from_on, minimum_age_years, author, reason)
VALUES (%(from_on)s::date, %(years)s::smallint, %(author)s::text, %(reason)s::text)
ON CONFLICT DO NOTHING
