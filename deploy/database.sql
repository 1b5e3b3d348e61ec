-- PostgreSQL's own figures of this database, as far as the auditor may see them.
SELECT
    numbackends AS connections, current_setting('max_connections')::integer AS allowed, deadlocks,
    pg_database_size(datid) AS bytes
FROM pg_stat_database
WHERE datname = current_database()
