-- The rate of the consumption tax on a day.
SELECT rate_bp FROM settlement.tax_rates
WHERE from_on <= %(on)s::date
ORDER BY from_on DESC
LIMIT 1
