-- The next rows of a file that are to be worked off.
SELECT line, content, member_id
FROM tenants.import_rows
WHERE import_id = %(import_id)s::text AND state IN ('received', 'joined')
ORDER BY line
LIMIT %(most)s::integer
