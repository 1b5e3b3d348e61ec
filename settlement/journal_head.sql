-- The journal's head, which leaves the database in what is sealed and stated.
SELECT number, encode(chain, 'hex') AS chain
FROM federation.journal
ORDER BY number DESC
LIMIT 1
