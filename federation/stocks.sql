-- What is left of some limited counters, locked in order of their names. A row that had to be waited
-- for is read again as its last holder left it.
SELECT stock, total - used AS remaining
FROM federation.stocks
WHERE stock = ANY(%(stocks)s::text [])
ORDER BY stock
FOR UPDATE
