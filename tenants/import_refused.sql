-- The rows of a file that were refused, in order.
SELECT line, faults
FROM tenants.import_rows
WHERE import_id = %(import_id)s::text AND state = 'refused' AND line > %(after)s::integer
ORDER BY line
LIMIT %(most)s::integer
