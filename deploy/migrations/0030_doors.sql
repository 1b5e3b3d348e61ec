-- Laws are widened, none is lost; what is indexed is new.
-- squawk-ignore-file require-concurrent-index-creation, ban-drop-constraint

-- Doors for members' apps: who may ask in a member's name, what the member allowed, the codes and
-- tokens that follow from it; and proofs of possession, each of which counts once.

ALTER TABLE auth.clients DROP CONSTRAINT clients_method_check;
ALTER TABLE auth.clients ADD CONSTRAINT clients_method_check
CHECK (method IN ('private_key_jwt', 'client_secret_basic', 'none')) NOT VALID;
ALTER TABLE auth.clients DROP CONSTRAINT clients_audience_check;
ALTER TABLE auth.clients ADD CONSTRAINT clients_audience_check
CHECK (audience IN ('till', 'backoffice', 'operator', 'member')) NOT VALID;

ALTER TABLE auth.clients ADD COLUMN redirect_uris text [] NOT NULL DEFAULT '{}';
ALTER TABLE auth.clients ADD COLUMN dpop boolean NOT NULL DEFAULT false;        -- no token without a proof
ALTER TABLE auth.clients ADD COLUMN pushed_only boolean NOT NULL DEFAULT false; -- asks through PAR alone
ALTER TABLE auth.clients ADD COLUMN believed_until timestamptz;    -- its first credentials were replaced
-- Whoever has neither key nor secret only ever asks in a member's name.
ALTER TABLE auth.clients ADD CONSTRAINT clients_public_check
CHECK (method <> 'none' OR audience = 'member') NOT VALID;
ALTER TABLE auth.clients ADD CONSTRAINT clients_redirects_check
CHECK ((audience = 'member') = (cardinality(redirect_uris) > 0)) NOT VALID;
ALTER TABLE auth.clients ADD CONSTRAINT clients_members_check
CHECK (audience <> 'member' OR tills IS NULL) NOT VALID;
GRANT SELECT (redirect_uris, dpop, pushed_only, believed_until) ON auth.clients
TO meguri_worker, meguri_auditor;
GRANT UPDATE (believed_until) ON auth.clients TO meguri_worker;

-- Keys and secrets that came after a client's first: the old is believed until then, so that no
-- request fails while the client changes over.
CREATE TABLE auth.credentials (
    client_id text NOT NULL REFERENCES auth.clients,
    added_at timestamptz NOT NULL,
    secret_sha256 bytea CHECK (length(secret_sha256) = 32),
    jwk jsonb CHECK (jwk ->> 'crv' = 'P-256' AND NOT jwk ? 'd'),
    believed_until timestamptz,
    PRIMARY KEY (client_id, added_at),
    CHECK (num_nonnulls(secret_sha256, jwk) = 1)
);

-- What a member allowed a client. All tokens that follow from it fall with it.
CREATE TABLE auth.grants (
    grant_id text PRIMARY KEY CHECK (grant_id ~ '^g_[A-Za-z0-9_-]{22}$'),
    client_id text NOT NULL REFERENCES auth.clients,
    tenant_id bigint NOT NULL REFERENCES tenants.tenants,
    member_id bigint NOT NULL,
    scopes text [] NOT NULL CHECK (cardinality(scopes) > 0),
    jkt text,                               -- the key that its tokens are bound to
    given_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX grants_of_member ON auth.grants (member_id);
CREATE INDEX grants_of_client ON auth.grants (client_id);

-- Requests that were pushed (RFC 9126), and consent pages that wait for a member's answer.
CREATE TABLE auth.requests (
    request_sha256 bytea PRIMARY KEY CHECK (length(request_sha256) = 32),
    client_id text NOT NULL,
    content jsonb NOT NULL,
    member_id bigint,                       -- whose page it is; NULL: pushed by the client
    pushed_sha256 bytea,                    -- the pushed request that a page is about
    expires_at timestamptz NOT NULL
);
CREATE INDEX requests_over ON auth.requests (expires_at);

-- Codes. A used one is kept a day, so that a second use is known for what it is.
CREATE TABLE auth.codes (
    code_sha256 bytea PRIMARY KEY CHECK (length(code_sha256) = 32),
    client_id text NOT NULL,
    grant_id text NOT NULL REFERENCES auth.grants,
    redirect_uri text NOT NULL,
    challenge text NOT NULL CHECK (length(challenge) = 43),
    jkt text,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX codes_over ON auth.codes (expires_at);

CREATE TABLE auth.refresh_tokens (
    token_sha256 bytea PRIMARY KEY CHECK (length(token_sha256) = 32),
    client_id text NOT NULL,
    grant_id text NOT NULL REFERENCES auth.grants,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX refresh_tokens_over ON auth.refresh_tokens (expires_at);

-- Access tokens that were given back before their time.
CREATE TABLE auth.withdrawn (
    jti text PRIMARY KEY,
    expires_at timestamptz NOT NULL
);
CREATE INDEX withdrawn_over ON auth.withdrawn (expires_at);

-- Proofs of possession (RFC 9449) that were shown while Redis was away.
CREATE TABLE auth.proofs (
    proof_sha256 bytea PRIMARY KEY CHECK (length(proof_sha256) = 32),
    expires_at timestamptz NOT NULL
);
CREATE INDEX proofs_over ON auth.proofs (expires_at);

-- The door names the client that knocks, and sees and writes its rows alone.
ALTER TABLE auth.grants ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.grants FORCE ROW LEVEL SECURITY;
ALTER TABLE auth.credentials ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.credentials FORCE ROW LEVEL SECURITY;
ALTER TABLE auth.requests ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.requests FORCE ROW LEVEL SECURITY;
ALTER TABLE auth.codes ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.codes FORCE ROW LEVEL SECURITY;
ALTER TABLE auth.refresh_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.refresh_tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY knocks ON auth.grants TO meguri_app
USING (client_id = current_setting('meguri.client', true))
WITH CHECK (client_id = current_setting('meguri.client', true));
CREATE POLICY knocks ON auth.requests TO meguri_app
USING (client_id = current_setting('meguri.client', true))
WITH CHECK (client_id = current_setting('meguri.client', true));
CREATE POLICY knocks ON auth.codes TO meguri_app
USING (client_id = current_setting('meguri.client', true))
WITH CHECK (client_id = current_setting('meguri.client', true));
CREATE POLICY knocks ON auth.refresh_tokens TO meguri_app
USING (client_id = current_setting('meguri.client', true))
WITH CHECK (client_id = current_setting('meguri.client', true));
CREATE POLICY knocks ON auth.credentials FOR SELECT TO meguri_app
USING (client_id = current_setting('meguri.client', true));
CREATE POLICY lay_out ON auth.credentials TO meguri_worker USING (true) WITH CHECK (true);
CREATE POLICY whole ON auth.credentials FOR SELECT TO meguri_auditor USING (true);
CREATE POLICY whole ON auth.grants FOR SELECT TO meguri_counter, meguri_auditor USING (true);
CREATE POLICY ends ON auth.grants TO meguri_worker USING (true) WITH CHECK (true);
CREATE POLICY sweeps ON auth.requests TO meguri_worker USING (true);
CREATE POLICY sweeps ON auth.codes TO meguri_worker USING (true);
CREATE POLICY sweeps ON auth.refresh_tokens TO meguri_worker USING (true);

GRANT SELECT ON auth.credentials TO meguri_app;
GRANT INSERT, SELECT (client_id, added_at, jwk, believed_until), UPDATE (believed_until)
ON auth.credentials TO meguri_worker;
GRANT SELECT (client_id, added_at, jwk, believed_until) ON auth.credentials TO meguri_auditor;
GRANT SELECT, INSERT ON auth.grants, auth.codes, auth.refresh_tokens TO meguri_app;
GRANT UPDATE (jkt, ended_at) ON auth.grants TO meguri_app;
GRANT UPDATE (used_at) ON auth.codes, auth.refresh_tokens TO meguri_app;
GRANT SELECT, INSERT, DELETE ON auth.requests TO meguri_app;
GRANT SELECT, INSERT ON auth.withdrawn TO meguri_app;
GRANT SELECT (proof_sha256), INSERT ON auth.proofs TO meguri_app;
-- Whoever gives a token back raises the doors' counter, as a revocation does.
GRANT SELECT, UPDATE (moved) ON federation.doors TO meguri_app;

GRANT SELECT (grant_id, client_id, ends_at, ended_at) ON auth.grants TO meguri_counter;
GRANT SELECT ON auth.withdrawn TO meguri_counter;

GRANT SELECT (grant_id, client_id, tenant_id, member_id, scopes, given_at, ends_at, ended_at)
ON auth.grants TO meguri_worker, meguri_auditor;
GRANT UPDATE (ended_at) ON auth.grants TO meguri_worker;
GRANT SELECT (expires_at), DELETE
ON auth.requests, auth.codes, auth.refresh_tokens, auth.withdrawn, auth.proofs TO meguri_worker;
GRANT SELECT (expires_at), DELETE ON auth.assertions TO meguri_worker;
