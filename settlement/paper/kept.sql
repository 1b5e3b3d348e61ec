-- The newest issue of a paper, as it was issued.
SELECT issue, body, encode(sha256, 'hex') AS sha256, issued_at
FROM settlement.papers
WHERE
    cycle_id = %(cycle_id)s::integer
    AND party_id = %(party_id)s::bigint
    AND kind = %(kind)s::text
ORDER BY issue DESC
LIMIT 1
