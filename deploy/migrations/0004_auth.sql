-- Who may knock, with what proof, and the keys that sign what they are given.
CREATE SCHEMA auth;

-- A till, a store server, a back office: whoever has credentials of its own. A revoked client is
-- never revived; it is registered anew.
CREATE TABLE auth.clients (
    client_id text PRIMARY KEY CHECK (client_id ~ '^c_[a-z2-7]{12}$'),
    tenant_id bigint NOT NULL REFERENCES tenants.tenants,
    name text NOT NULL CHECK (name <> ''),
    method text NOT NULL CHECK (method IN ('private_key_jwt', 'client_secret_basic')),
    secret_sha256 bytea CHECK (length(secret_sha256) = 32),
    jwk jsonb CHECK (jwk ->> 'crv' = 'P-256' AND NOT jwk ? 'd'),    -- the public half, never the other
    scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
    audience text NOT NULL CHECK (audience IN ('till', 'backoffice', 'operator')),
    tills text[] CHECK (cardinality(tills) > 0),                   -- NULL: all tills of the tenant
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'revoked')),
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CHECK ((method = 'client_secret_basic') = (secret_sha256 IS NOT NULL)),
    CHECK ((method = 'private_key_jwt') = (jwk IS NOT NULL)),
    CHECK ((state = 'revoked') = (revoked_at IS NOT NULL))
);
CREATE INDEX clients_of_tenant ON auth.clients (tenant_id);

-- Assertions that were used. Each counts once, in every process and after every restart; the row
-- goes when the assertion would be refused for its age anyway.
CREATE TABLE auth.assertions (
    client_id text NOT NULL,
    jti text NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, jti)
);
CREATE INDEX assertions_spent ON auth.assertions (expires_at);

-- The hub's own keys. One signs, one stands by: it was published long before it is put to use.
CREATE TABLE auth.signing_keys (
    kid text PRIMARY KEY,
    jwk jsonb NOT NULL CHECK (jwk ->> 'crv' = 'P-256' AND NOT jwk ? 'd'),
    sealed bytea NOT NULL,                  -- the private half, readable only with MEGURI_SECRET
    published_at timestamptz NOT NULL,
    use_from timestamptz CHECK (use_from >= published_at),          -- NULL: stands by
    retires_at timestamptz,
    CHECK (retires_at IS NULL OR use_from IS NOT NULL)
);
CREATE UNIQUE INDEX signing_keys_one_stands_by ON auth.signing_keys ((use_from IS NULL)) WHERE use_from IS NULL;
CREATE UNIQUE INDEX signing_keys_one_goes_on ON auth.signing_keys ((retires_at IS NULL))
WHERE retires_at IS NULL AND use_from IS NOT NULL;

-- The token endpoint names the one client that knocks; nobody named, nobody seen.
ALTER TABLE auth.clients ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.clients FORCE ROW LEVEL SECURITY;

CREATE POLICY knocks ON auth.clients FOR SELECT TO meguri_app
USING (client_id = current_setting('meguri.client', true));
CREATE POLICY whole ON auth.clients FOR SELECT TO meguri_desk, meguri_counter, meguri_auditor USING (true);
CREATE POLICY lay_out ON auth.clients TO meguri_worker USING (true) WITH CHECK (true);

GRANT USAGE ON SCHEMA auth TO meguri_app, meguri_desk, meguri_counter, meguri_worker, meguri_auditor;

GRANT SELECT ON auth.clients, auth.signing_keys TO meguri_app;
GRANT SELECT (expires_at), INSERT, DELETE ON auth.assertions TO meguri_app;

GRANT SELECT (client_id, tenant_id, state, scopes, tills) ON auth.clients TO meguri_desk, meguri_counter;

GRANT SELECT (
    client_id, tenant_id, name, method, jwk, scopes, audience, tills, state, created_at, revoked_at
) ON auth.clients TO meguri_worker, meguri_auditor;
GRANT INSERT ON auth.clients TO meguri_worker;
GRANT UPDATE (state, revoked_at) ON auth.clients TO meguri_worker;
GRANT SELECT, INSERT ON auth.signing_keys TO meguri_worker;
GRANT UPDATE (use_from, retires_at) ON auth.signing_keys TO meguri_worker;
GRANT SELECT (kid, jwk, published_at, use_from, retires_at) ON auth.signing_keys TO meguri_auditor;
