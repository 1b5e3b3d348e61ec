-- The beginning of each sealed file, in which its first line stands whole.
SELECT pieces.cycle_id, substring(pieces.body FROM 1 FOR 65536) AS body
FROM settlement.pieces
INNER JOIN settlement.seals USING (cycle_id)
WHERE pieces.piece = 0
ORDER BY pieces.cycle_id
