-- What sealing goes on from: the key, the seal before, and the last piece that was written.
SELECT
    salts.salt_key,
    (
        SELECT seals.seal FROM settlement.seals
        WHERE seals.cycle_id < cycles.cycle_id
        ORDER BY seals.cycle_id DESC
        LIMIT 1
    ) AS previous,
    coalesce(last.piece, -1) AS piece,
    coalesce(last.slice, -1) AS slice,
    coalesce(last.leaves, 0) AS leaves,
    coalesce(last.peaks, '') AS peaks
FROM settlement.cycles
INNER JOIN settlement.salts USING (cycle_id)
LEFT JOIN LATERAL (
    SELECT * FROM settlement.pieces
    WHERE pieces.cycle_id = cycles.cycle_id
    ORDER BY pieces.piece DESC
    LIMIT 1
) AS last ON true
WHERE cycles.cycle_id = %(cycle_id)s::integer
