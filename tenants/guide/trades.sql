-- What kinds of shops there are.
SELECT DISTINCT trade FROM tenants.shops WHERE facility_id IS NOT NULL ORDER BY trade
