-- The new index lies on a table of people, not of bookings; nothing waits for it.
-- squawk-ignore-file require-concurrent-index-creation

-- People: who signs in at the console and with what proof, what a role lets them do and at which
-- place; members who sign in for themselves; what was done, by whom, written once.

-- エリア: a named set of facilities. A facility lies in one area at most, so that totals add up.
CREATE TABLE tenants.areas (
    area_id bigint PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,30}$'),
    name text NOT NULL CHECK (name <> ''),
    name_en text NOT NULL CHECK (name_en <> '')
);
CREATE TABLE tenants.area_facilities (
    facility_id bigint PRIMARY KEY REFERENCES tenants.facilities,
    area_id bigint NOT NULL REFERENCES tenants.areas
);
CREATE INDEX area_facilities_of_area ON tenants.area_facilities (area_id);
GRANT SELECT ON tenants.areas, tenants.area_facilities TO
meguri_app, meguri_counter, meguri_worker, meguri_auditor;
GRANT INSERT ON tenants.areas, tenants.area_facilities TO meguri_worker;
GRANT UPDATE (area_id) ON tenants.area_facilities TO meguri_worker;

-- A person at a place names the shops there, and sees those and no others.
CREATE FUNCTION federation.placed() RETURNS bigint [] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('meguri.shops', true), '')::bigint [] $$;
CREATE POLICY placed ON federation.entries FOR SELECT TO meguri_app
USING (shop_id = ANY(federation.placed()));
CREATE POLICY placed ON tenants.shops FOR SELECT TO meguri_app
USING (shop_id = ANY(federation.placed()));

-- 担当者. `placed` says whether all their roles are at a place, or at headquarters: never both.
CREATE TABLE auth.people (
    person_id text PRIMARY KEY CHECK (person_id ~ '^p_[a-z2-7]{12}$'),
    login text NOT NULL UNIQUE CHECK (login <> '' AND login = lower(login)),
    name text NOT NULL CHECK (name <> ''),
    placed boolean NOT NULL,
    state text NOT NULL DEFAULT 'invited' CHECK (state IN ('invited', 'active', 'disabled')),
    password text CHECK (password LIKE '$argon2id$%'),
    totp bytea,                             -- the secret, readable only with MEGURI_SECRET
    totp_step bigint NOT NULL DEFAULT 0,    -- the last 30 seconds whose code was used
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    signed_in_at timestamptz,
    seen_log bigint NOT NULL DEFAULT 0,     -- what of the log they were shown
    UNIQUE (person_id, placed),
    CHECK (state <> 'active' OR password IS NOT NULL)
);

-- Nobody gives a role to themselves.
CREATE TABLE auth.person_roles (
    person_id text NOT NULL,
    placed boolean NOT NULL,
    role text NOT NULL CHECK (
        role IN (
            'admin', 'hq', 'area', 'facility', 'shop', 'finance-preparer', 'finance-approver',
            'support', 'auditor'
        )
    ),
    place_id bigint NOT NULL DEFAULT 0,     -- an area, a facility or a shop; 0 at headquarters
    granted_by text NOT NULL CHECK (granted_by <> ''),
    granted_at timestamptz NOT NULL,
    PRIMARY KEY (person_id, role, place_id),
    FOREIGN KEY (person_id, placed) REFERENCES auth.people (person_id, placed),
    CHECK (granted_by <> person_id),
    CHECK (placed = (role IN ('area', 'facility', 'shop'))),
    CHECK (placed = (place_id > 0))
);

CREATE TABLE auth.passkeys (
    credential_id bytea PRIMARY KEY,
    person_id text NOT NULL REFERENCES auth.people,
    public_key bytea NOT NULL,
    counter bigint NOT NULL CHECK (counter >= 0),
    name text NOT NULL CHECK (name <> ''),
    made_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX passkeys_of_person ON auth.passkeys (person_id);

-- A link that is good once, to come in for the first time or again; only its digest is kept.
CREATE TABLE auth.links (
    link_sha256 bytea PRIMARY KEY CHECK (length(link_sha256) = 32),
    kind text NOT NULL CHECK (kind IN ('invitation', 'recovery', 'member')),
    person_id text REFERENCES auth.people,
    member_id bigint,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    CHECK ((kind = 'member') = (member_id IS NOT NULL)),
    CHECK ((kind = 'member') = (person_id IS NULL))
);
CREATE INDEX links_of_person ON auth.links (person_id) WHERE used_at IS NULL;

-- A session of a person or of a member. Without a factor it is half a sign-in, good for nothing but
-- the other half; what a fresh second factor proved is bound to one action.
CREATE TABLE auth.sessions (
    session_sha256 bytea PRIMARY KEY CHECK (length(session_sha256) = 32),
    person_id text REFERENCES auth.people,
    member_id bigint,
    factor text CHECK (factor IN ('totp', 'passkey', 'code', 'device')),
    challenge bytea,
    challenge_for text,
    challenge_at timestamptz,
    totp bytea,                             -- a secret that is being enrolled
    proved_for text,
    proved_with text CHECK (proved_with IN ('totp', 'passkey')),
    proved_at timestamptz,
    agent text NOT NULL,
    address text NOT NULL,
    began_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    CHECK (num_nonnulls(person_id, member_id) = 1),
    CHECK (num_nonnulls(challenge, challenge_for, challenge_at) IN (0, 3)),
    CHECK (num_nonnulls(proved_for, proved_with, proved_at) IN (0, 3))
);
CREATE INDEX sessions_of_person ON auth.sessions (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX sessions_of_member ON auth.sessions (member_id) WHERE member_id IS NOT NULL;
CREATE INDEX sessions_over ON auth.sessions (began_at);

-- Tries that have not come to anything, under a keyed digest: nobody reads here what was typed.
CREATE TABLE auth.tries (
    whose bytea NOT NULL CHECK (length(whose) = 32),
    tried_at timestamptz NOT NULL,
    try_id bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (whose, tried_at, try_id)
);
CREATE INDEX tries_over ON auth.tries (tried_at);

-- 監査: what was done about people, and what was done past the console.
CREATE TABLE auth.people_log (
    log_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    what text NOT NULL CHECK (what ~ '^[a-z][a-z-]{1,30}$'),
    who text NOT NULL,                      -- who did it; '' where nobody signed in
    person_id text,                         -- to whom it was done
    member_id bigint,
    told text NOT NULL,
    address text NOT NULL
);
CREATE INDEX people_log_of_person ON auth.people_log (person_id, log_id);
CREATE INDEX people_log_loud ON auth.people_log (log_id) WHERE what = 'break-glass';

-- 会員のログイン: the password of a member's own, and the devices from which no code is asked.
CREATE TABLE auth.member_logins (
    member_id bigint PRIMARY KEY,
    password text NOT NULL CHECK (password LIKE '$argon2id$%'),
    set_at timestamptz NOT NULL
);
CREATE TABLE auth.devices (
    device_sha256 bytea PRIMARY KEY CHECK (length(device_sha256) = 32),
    member_id bigint NOT NULL,
    agent text NOT NULL,
    made_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL
);
CREATE INDEX devices_of_member ON auth.devices (member_id);
CREATE INDEX profiles_by_email ON federation.profiles (lower(email)) WHERE email IS NOT NULL;

-- The door signs people in; only the worker makes them, gives them roles and hands out links.
GRANT SELECT ON auth.people, auth.person_roles, auth.links TO meguri_app, meguri_worker;
GRANT UPDATE (state, password, totp, totp_step, signed_in_at, seen_log) ON auth.people
TO meguri_app, meguri_worker;
GRANT SELECT, INSERT, DELETE ON auth.passkeys TO meguri_app, meguri_worker;
GRANT UPDATE (counter, used_at) ON auth.passkeys TO meguri_app;
GRANT UPDATE (used_at) ON auth.links TO meguri_app, meguri_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON auth.sessions, auth.devices TO meguri_app, meguri_worker;
GRANT SELECT, INSERT, DELETE ON auth.tries TO meguri_app, meguri_worker;
GRANT SELECT, INSERT ON auth.people_log TO meguri_app, meguri_worker;
GRANT SELECT, INSERT, UPDATE ON auth.member_logins TO meguri_app, meguri_worker;
GRANT DELETE ON auth.member_logins TO meguri_worker;
GRANT INSERT ON auth.people, auth.person_roles, auth.links TO meguri_worker;
GRANT DELETE ON auth.person_roles, auth.links TO meguri_worker;
GRANT SELECT ON auth.people_log, auth.person_roles TO meguri_auditor;
GRANT SELECT (person_id, login, name, placed, state, created_by, created_at, signed_in_at)
ON auth.people TO meguri_auditor;

-- 四つの目, in the database: who approves a plan is a person with the approver's role, prepared and
-- closed nothing of that cycle, and another person prepared it. An approval by anybody else, as at
-- the command line, is written where everybody sees it at their next sign-in. (An import is the
-- owner's: what it carries was approved elsewhere.)
CREATE FUNCTION auth.approval_by_another() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF current_user <> 'meguri_worker' THEN
        RETURN NEW;
    END IF;
    IF NEW.approved_by !~ '^p_' THEN
        INSERT INTO auth.people_log (at, what, who, told, address)
        VALUES (
            NEW.approved_at, 'break-glass', NEW.approved_by,
            format('approve %s plan %s', NEW.cycle_id, NEW.plan), ''
        );
        RETURN NEW;
    END IF;
    IF NOT EXISTS (
        SELECT FROM auth.people AS p INNER JOIN auth.person_roles AS r USING (person_id)
        WHERE p.person_id = NEW.approved_by AND p.state = 'active' AND r.role = 'finance-approver'
    ) THEN
        RAISE EXCEPTION 'only an approver approves' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'approvals_by_an_approver';
    END IF;
    IF EXISTS (
        SELECT FROM settlement.cycles AS c
        WHERE c.cycle_id = NEW.cycle_id AND c.closed_by = NEW.approved_by
    ) OR EXISTS (
        SELECT FROM settlement.plans AS p
        WHERE p.cycle_id = NEW.cycle_id AND p.prepared_by = NEW.approved_by
    ) OR EXISTS (
        SELECT FROM settlement.steps AS s
        WHERE
            s.cycle_id = NEW.cycle_id AND s.who = NEW.approved_by
            AND s.step IN ('confirmed', 'prepared')
    ) THEN
        RAISE EXCEPTION 'who prepared a cycle does not approve it' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'approvals_four_eyes';
    END IF;
    IF NOT EXISTS (
        SELECT FROM settlement.steps AS s
        WHERE
            s.cycle_id = NEW.cycle_id AND s.who !~ '^c_' AND s.step IN ('confirmed', 'prepared')
    ) THEN
        RAISE EXCEPTION 'no person has prepared this' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'approvals_prepared_by_a_person';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER approval_by_another BEFORE INSERT ON settlement.approvals
FOR EACH ROW EXECUTE FUNCTION auth.approval_by_another();
