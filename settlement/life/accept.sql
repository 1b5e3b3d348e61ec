-- A party has no objection to its statement; who says so first has said it.
WITH said AS (
    INSERT INTO settlement.accepted (cycle_id, party_id, accepted_by, accepted_at)
    SELECT cycle_id, party_id, %(who)s::text, %(now)s::timestamptz
    FROM settlement.statements
    WHERE cycle_id = %(cycle_id)s::integer AND party_id = %(party_id)s::bigint
    ON CONFLICT DO NOTHING
    RETURNING cycle_id
)

SELECT cycle_id FROM said
UNION
SELECT cycle_id FROM settlement.accepted
WHERE cycle_id = %(cycle_id)s::integer AND party_id = %(party_id)s::bigint
