-- Another rate of the consumption tax from a day on.
INSERT INTO settlement.tax_rates (from_on, rate_bp, author, reason)
VALUES (%(from_on)s::date, %(rate_bp)s::integer, %(author)s::text, %(reason)s::text)
