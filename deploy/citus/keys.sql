-- The keys of a table: primary, unique, excluding, foreign; and unique indexes that are no key.
SELECT
    conname::text AS name,
    contype::text AS kind,
    ARRAY(
        SELECT attname::text
        FROM unnest(conkey) WITH ORDINALITY AS k (attnum, place)
        INNER JOIN pg_attribute
            ON pg_attribute.attrelid = pg_constraint.conrelid AND pg_attribute.attnum = k.attnum
        ORDER BY k.place
    ) AS columns,
    (
        SELECT relnamespace::regnamespace::text || '.' || relname FROM pg_class
        WHERE oid = confrelid
    ) AS other,
    ARRAY(
        SELECT attname::text
        FROM unnest(confkey) WITH ORDINALITY AS k (attnum, place)
        INNER JOIN pg_attribute
            ON pg_attribute.attrelid = pg_constraint.confrelid AND pg_attribute.attnum = k.attnum
        ORDER BY k.place
    ) AS other_columns
FROM pg_constraint
WHERE conrelid = %(table)s::oid AND contype IN ('p', 'u', 'x', 'f')
UNION ALL
SELECT
    indexrelid::regclass::text,
    'i',
    ARRAY(
        SELECT attname::text FROM pg_attribute
        WHERE attrelid = pg_index.indrelid AND attnum = ANY(pg_index.indkey::smallint [])
        ORDER BY attnum
    ),
    NULL,
    '{}'
FROM pg_index
WHERE
    indrelid = %(table)s::oid
    AND indisunique
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
ORDER BY name
