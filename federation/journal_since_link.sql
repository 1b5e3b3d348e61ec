-- The journal from the last link of its chain at or before a number, up to that number.
SELECT number, hash, chain
FROM federation.journal
WHERE
    number <= %(number)s::bigint
    AND number >= coalesce(
        (
            SELECT linked.number
            FROM federation.journal AS linked
            WHERE linked.number <= %(number)s::bigint AND linked.chain IS NOT NULL
            ORDER BY linked.number DESC
            LIMIT 1
        ),
        1
    )
ORDER BY number
