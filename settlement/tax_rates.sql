-- Every rate of the consumption tax, by day.
SELECT from_on, rate_bp, author, reason FROM settlement.tax_rates
ORDER BY from_on
