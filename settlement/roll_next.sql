-- The mark, and the number up to which the next slice goes: numbers have no gaps.
SELECT folded.number AS after, least(folded.number + %(most)s::bigint, head.number) AS upto
FROM settlement.folded
INNER JOIN (SELECT max(journal.number) AS number FROM federation.journal) AS head
    ON head.number > folded.number
