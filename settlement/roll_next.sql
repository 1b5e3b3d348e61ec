-- The next slice: the mark, the number up to which it goes (numbers have no gaps), and between which
-- instants its entries were booked.
SELECT
    folded.number AS after, max(slice.number) AS upto, min(slice.booked_at) AS since,
    max(slice.booked_at) AS till
FROM settlement.folded
INNER JOIN LATERAL (
    SELECT journal.number, journal.booked_at
    FROM federation.journal
    WHERE journal.number > folded.number
    ORDER BY journal.number
    LIMIT %(most)s::bigint
) AS slice ON true
GROUP BY folded.number
