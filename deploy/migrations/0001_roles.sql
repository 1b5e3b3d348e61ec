-- The roles that serve. None owns a table, none is a superuser, none passes a row policy by.
-- The migrating owner makes them once per server; their passwords are set by `deploy/migrate.py`.
DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY[
        'meguri_app',      -- reads what one tenant may see
        'meguri_desk',     -- writes the books, and only the books
        'meguri_counter',  -- answers what a till may ask about one card
        'meguri_worker',   -- lays out, closes cycles, runs jobs
        'meguri_sealer',   -- numbers the journal
        'meguri_auditor'   -- reads everything, writes nothing
    ] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            EXECUTE format(
                'CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT', role
            );
        END IF;
    END LOOP;
END
$$;

ALTER ROLE meguri_app SET statement_timeout = '5s';
ALTER ROLE meguri_app SET lock_timeout = '2s';
ALTER ROLE meguri_app SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE meguri_counter SET statement_timeout = '5s';
ALTER ROLE meguri_counter SET lock_timeout = '2s';
ALTER ROLE meguri_counter SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE meguri_desk SET statement_timeout = '5s';
ALTER ROLE meguri_desk SET lock_timeout = '500ms';
ALTER ROLE meguri_desk SET idle_in_transaction_session_timeout = '10s';
