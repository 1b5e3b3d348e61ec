-- What hands to the owner whatever of the hub's is not its own yet, a statement each: schemas, tables
-- with their partitions, views, sequences, functions, types. What belongs to a table goes with it.
-- Each is run by itself: it locks its table for a moment, and never all of them at once.
WITH ours AS (
    SELECT pg_namespace.oid, pg_namespace.nspname, pg_namespace.nspowner
    FROM pg_namespace
    WHERE
        nspname IN (
            'federation', 'tenants', 'settlement', 'auth', 'audit', 'archive', 'jobs', 'deploy'
        )
)

SELECT format('GRANT CREATE ON DATABASE %I TO meguri_owner', current_database())
WHERE
    has_database_privilege(current_database(), 'CREATE WITH GRANT OPTION')
    AND NOT has_database_privilege('meguri_owner', current_database(), 'CREATE')
UNION ALL
SELECT format('ALTER SCHEMA %I OWNER TO meguri_owner', nspname)
FROM ours
WHERE nspowner <> 'meguri_owner'::regrole
UNION ALL
SELECT format('ALTER TABLE %s OWNER TO meguri_owner', pg_class.oid::regclass)
FROM pg_class
INNER JOIN ours ON ours.oid = relnamespace
WHERE
    relkind IN ('r', 'p', 'v', 'm', 'S') AND relowner <> 'meguri_owner'::regrole
    AND NOT EXISTS (
        SELECT FROM pg_depend
        WHERE
            relkind = 'S' AND deptype IN ('a', 'i')
            AND classid = 'pg_class'::regclass AND objid = pg_class.oid
            AND refclassid = 'pg_class'::regclass
    )
UNION ALL
SELECT format('ALTER ROUTINE %s OWNER TO meguri_owner', pg_proc.oid::regprocedure)
FROM pg_proc
INNER JOIN ours ON ours.oid = pronamespace
WHERE proowner <> 'meguri_owner'::regrole
UNION ALL
SELECT format('ALTER TYPE %s OWNER TO meguri_owner', pg_type.oid::regtype)
FROM pg_type
INNER JOIN ours ON ours.oid = typnamespace
WHERE
    typowner <> 'meguri_owner'::regrole
    AND (
        typtype IN ('e', 'd', 'r')
        OR typtype = 'c'
        AND (SELECT relkind FROM pg_class WHERE pg_class.oid = typrelid) = 'c'
    )
