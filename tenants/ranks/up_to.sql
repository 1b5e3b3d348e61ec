SELECT max(number) AS number FROM (
    SELECT journal.number FROM federation.journal
    WHERE journal.number > %(after)s::bigint
    ORDER BY journal.number LIMIT %(most)s::integer
) AS ahead
