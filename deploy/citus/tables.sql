-- Every table that is not a part of another, with its triggers, and whether its key is one number
-- that is given when a row is written.
SELECT
    tables.oid::bigint AS oid,
    schemas.nspname || '.' || tables.relname AS name,
    ARRAY(
        SELECT tgname::text FROM pg_trigger
        WHERE tgrelid = tables.oid AND NOT tgisinternal
        ORDER BY tgname
    ) AS triggers,
    EXISTS (
        SELECT
        FROM pg_index
        INNER JOIN pg_attribute
            ON pg_attribute.attrelid = tables.oid AND pg_attribute.attnum = pg_index.indkey[0]
        LEFT JOIN pg_attrdef
            ON pg_attrdef.adrelid = tables.oid AND pg_attrdef.adnum = pg_attribute.attnum
        WHERE
            pg_index.indrelid = tables.oid
            AND pg_index.indisprimary
            AND pg_index.indnkeyatts = 1
            AND (
                pg_attribute.attidentity <> ''
                OR starts_with(pg_get_expr(pg_attrdef.adbin, pg_attrdef.adrelid), 'nextval(')
            )
    ) AS numbered_key
FROM pg_class AS tables
INNER JOIN pg_namespace AS schemas ON schemas.oid = tables.relnamespace
WHERE
    tables.relkind IN ('r', 'p')
    AND NOT tables.relispartition
    AND schemas.nspname IN ('federation', 'tenants', 'auth', 'settlement', 'deploy')
ORDER BY name
