-- A file leaves.
UPDATE settlement.files
SET released_at = %(now)s::timestamptz
WHERE
    cycle_id = %(cycle_id)s::integer
    AND plan = %(plan)s::smallint
    AND kind = %(kind)s::text
    AND released_at IS NULL
