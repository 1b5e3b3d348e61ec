-- As if nothing had ever been folded.
WITH positions AS (
    DELETE FROM settlement.positions
),

counts AS (
    DELETE FROM settlement.counts
)

UPDATE settlement.folded SET number = 0
