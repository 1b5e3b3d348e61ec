-- Which settlement scheme holds from which day on.
SELECT from_on, scheme_id, attribution = 'PROPORTIONAL' AS proportional FROM tenants.schemes
