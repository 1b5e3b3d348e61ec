-- ブラウザのレジ: a single-use code with which a browser becomes the client that the office described,
-- and its key the key of one till. Only the code's digest is kept.
CREATE TABLE auth.client_enrolments (
    code_sha256 bytea PRIMARY KEY CHECK (length(code_sha256) = 32),
    client_id text NOT NULL CHECK (client_id ~ '^c_[a-z2-7]{12}$'),
    tenant_id bigint NOT NULL,
    till text NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
    dpop boolean NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    FOREIGN KEY (tenant_id, till) REFERENCES tenants.tills
);

ALTER TABLE auth.client_enrolments ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.client_enrolments FORCE ROW LEVEL SECURITY;

-- Whoever enrols has no client yet: it names its code's digest, and sees that one row.
CREATE POLICY knocks ON auth.client_enrolments TO meguri_app
USING (encode(code_sha256, 'hex') = current_setting('meguri.enrolment', true));
CREATE POLICY whole ON auth.client_enrolments FOR SELECT TO meguri_auditor USING (true);
CREATE POLICY lay_out ON auth.client_enrolments TO meguri_worker USING (true) WITH CHECK (true);

-- The serving role adds no client but the very one that a code, used in this transaction, describes.
CREATE POLICY enrols ON auth.clients FOR INSERT TO meguri_app WITH CHECK (
    EXISTS (
        SELECT FROM auth.client_enrolments AS offered
        WHERE
            encode(offered.code_sha256, 'hex') = current_setting('meguri.enrolment', true)
            AND offered.used_at IS NOT NULL
            AND offered.client_id = clients.client_id
            AND offered.tenant_id = clients.tenant_id
            AND offered.scopes = clients.scopes
            AND offered.dpop = clients.dpop
            AND clients.audience = 'till'
            AND clients.tills = ARRAY[offered.till]
            AND clients.method = 'private_key_jwt'
            AND clients.state = 'active'
    )
);

GRANT SELECT ON auth.client_enrolments TO meguri_app, meguri_worker, meguri_auditor;
GRANT UPDATE (used_at) ON auth.client_enrolments TO meguri_app;
GRANT INSERT ON auth.client_enrolments TO meguri_worker;
GRANT INSERT (
    client_id, tenant_id, name, method, jwk, scopes, audience, tills, dpop, pushed_only,
    redirect_uris, created_at
) ON auth.clients TO meguri_app;
