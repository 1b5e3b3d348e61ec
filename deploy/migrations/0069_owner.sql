-- Who owns the books, and who changes their form. Nobody logs in as the owner; whoever migrates
-- stands in for it, passes row policies (a migration may have to touch every tenant's rows), and
-- serves nothing (security.md 2.2). `deploy/own.sql` hands over what there is.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'meguri_owner') THEN
        CREATE ROLE meguri_owner NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'meguri_migrate') THEN
        CREATE ROLE meguri_migrate LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS;
    END IF;
END
$$;
GRANT meguri_owner TO meguri_migrate WITH INHERIT TRUE, SET TRUE;
