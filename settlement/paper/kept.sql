-- The newest issue of a paper, as it was issued, and how many of its edition there are.
SELECT
    newest.issue, newest.edition, newest.plan, newest.body, encode(newest.sha256, 'hex') AS sha256,
    newest.issued_at,
    (
        SELECT count(*) FROM settlement.papers AS same
        WHERE
            same.cycle_id = newest.cycle_id
            AND same.party_id = newest.party_id
            AND same.kind = newest.kind
            AND same.edition = newest.edition
            AND same.plan IS NOT DISTINCT FROM newest.plan
    ) AS copies
FROM settlement.papers AS newest
WHERE
    newest.cycle_id = %(cycle_id)s::integer
    AND newest.party_id = %(party_id)s::bigint
    AND newest.kind = %(kind)s::text
ORDER BY newest.issue DESC
LIMIT 1
