-- Every month that the books have or had, and where it is. Rows of attached months as PostgreSQL
-- estimates them.
WITH parts AS (
    SELECT
        tables.oid, tables.relname, schemas.nspname,
        to_date(right(tables.relname, 6), 'YYYYMM') AS month_on,
        greatest(tables.reltuples, 0)::bigint AS estimate,
        pg_total_relation_size(tables.oid) AS bytes
    FROM pg_class AS tables
    INNER JOIN pg_namespace AS schemas ON schemas.oid = tables.relnamespace
    WHERE
        tables.relname ~ '^(answers|draws|entries)_[0-9]{6}$'
        AND tables.relkind = 'r'
        AND (tables.relispartition OR schemas.nspname = 'archive')
        AND schemas.nspname IN ('federation', 'archive')
),

months AS (
    SELECT
        month_on, bool_or(nspname = 'archive') AS archived, sum(bytes)::bigint AS bytes,
        coalesce(sum(estimate) FILTER (WHERE relname LIKE 'entries%%'), 0)::bigint AS entries
    FROM parts
    GROUP BY month_on
)

SELECT
    coalesce(months.month_on, detached.month_on) AS month_on,
    CASE
        WHEN detached.month_on IS NULL THEN 'attached'
        WHEN months.archived THEN 'archive'
        ELSE 'files'
    END AS place,
    coalesce(detached.entries, months.entries) AS entries,
    coalesce(months.bytes, 0) AS bytes
FROM months
FULL JOIN federation.detached USING (month_on)
ORDER BY 1
