-- How many rows of a file stand where, and what they come to per funder.
SELECT state, funder, count(*) AS rows, sum(points)::bigint AS points
FROM tenants.import_rows
WHERE import_id = %(import_id)s::text
GROUP BY state, funder
