-- Which settlement scheme holds from which day on.
SELECT from_on, scheme_id FROM tenants.schemes
