-- Laws are widened, none is lost; what is indexed is small or new.
-- squawk-ignore-file require-concurrent-index-creation, ban-drop-constraint

-- Members' paper: who has left or become one with another, who they are, what leads to them, what the
-- operator's office does to their points and who agreed to it, and files of members that come in.

-- The operator's own till. `clock` stays the clock's alone.
INSERT INTO tenants.tills (tenant_id, till, shop_id) VALUES (1, 'office', 1);

-- The wallet is the member's lock, so it says itself whether its member is still one of us.
ALTER TABLE federation.wallets DROP CONSTRAINT wallets_state_check;
ALTER TABLE federation.wallets ADD CONSTRAINT wallets_state_check
CHECK (state IN ('active', 'frozen', 'merged', 'withdrawn')) NOT VALID;
UPDATE federation.wallets SET state = members.state
FROM federation.members
WHERE members.member_id = wallets.member_id AND members.state IN ('merged', 'withdrawn');
ALTER TABLE federation.wallets ADD CONSTRAINT wallets_gone_check
CHECK (state NOT IN ('merged', 'withdrawn') OR points = 0) NOT VALID;

-- Whom a merged member led to before that one became one with another: a merge can be undone.
ALTER TABLE federation.members ADD COLUMN led_to bigint[] NOT NULL DEFAULT '{}';
ALTER TABLE federation.members ADD COLUMN erased_at timestamptz;
CREATE INDEX members_to_erase ON federation.members (left_at)
WHERE state = 'withdrawn' AND erased_at IS NULL;
GRANT UPDATE (led_to) ON federation.members TO meguri_desk;
GRANT UPDATE (erased_at) ON federation.members TO meguri_worker;

-- An id that another system of the operator's knows a member by leads to it as a card does.
ALTER TABLE federation.carriers DROP CONSTRAINT carriers_kind_check;
ALTER TABLE federation.carriers ADD CONSTRAINT carriers_kind_check
CHECK (kind IN ('card', 'code', 'phone', 'line', 'external')) NOT VALID;
GRANT DELETE ON federation.carriers TO meguri_worker;

-- Who a member is. Personal data: the operator's alone, gone thirty days after a withdrawal.
CREATE TABLE federation.profiles (
    member_id bigint PRIMARY KEY,
    name text,
    kana text,
    birth_on date,
    sex text CHECK (sex IN ('female', 'male', 'other')),
    postcode text CHECK (postcode ~ '^[0-9]{7}$'),
    phone text CHECK (phone ~ '^0[0-9]{9,10}$'),
    email text,
    external_id text,
    updated_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON federation.profiles TO meguri_worker;

-- What a till is told of a name, after a look-up: read by the counter, and no other column.
GRANT SELECT (member_id, name) ON federation.profiles TO meguri_counter;

-- Whether this instance may hold personal data at all; in the database, so that no process differs.
CREATE TABLE tenants.privacy (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    no_personal_data boolean NOT NULL,
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    changed_at timestamptz NOT NULL
);
INSERT INTO tenants.privacy (no_personal_data, author, reason, changed_at)
VALUES (false, 'meguri', '初期値 / defaults', '2000-01-01T00:00:00Z');
GRANT SELECT ON tenants.privacy TO meguri_counter, meguri_worker, meguri_auditor;
GRANT UPDATE (no_personal_data, author, reason, changed_at) ON tenants.privacy TO meguri_worker;

-- What the office did to a member beside the books, by whom and why; never a card, never a name.
CREATE SEQUENCE tenants.acts_ids AS bigint;
CREATE TABLE tenants.acts (
    act_id bigint PRIMARY KEY DEFAULT nextval('tenants.acts_ids'),
    member_id bigint NOT NULL,
    what text NOT NULL CHECK (
        what IN ('card-replaced', 'carrier-added', 'frozen', 'unfrozen', 'profile-written')
    ),
    client_id text NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    acted_at timestamptz NOT NULL
);
CREATE INDEX acts_of_member ON tenants.acts (member_id, act_id);
GRANT SELECT, INSERT ON tenants.acts TO meguri_worker;
GRANT SELECT ON tenants.acts TO meguri_auditor;
GRANT USAGE ON SEQUENCE tenants.acts_ids TO meguri_worker;

-- What waits for a second pair of eyes. Whoever proposed decides nothing.
CREATE TABLE tenants.proposals (
    proposal_id bigint PRIMARY KEY DEFAULT nextval('tenants.ids'),
    what text NOT NULL CHECK (what IN ('adjustment', 'import')),
    slip text NOT NULL UNIQUE,
    fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32),
    member_id bigint,                       -- an adjustment's; an import is about many
    points bigint NOT NULL,
    content jsonb NOT NULL,                 -- the request as it came, to be booked as it stands
    proposed_by text NOT NULL,
    proposed_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'approved', 'rejected')),
    decided_by text,
    decided_at timestamptz,
    reason text,                            -- why it was rejected
    CHECK (decided_by <> proposed_by),
    CHECK ((state = 'proposed') = (decided_by IS NULL)),
    CHECK ((state = 'proposed') = (decided_at IS NULL))
);
CREATE INDEX proposals_waiting ON tenants.proposals (proposal_id) WHERE state = 'proposed';
GRANT SELECT, INSERT ON tenants.proposals TO meguri_worker;
GRANT UPDATE (state, decided_by, decided_at, reason) ON tenants.proposals TO meguri_worker;
GRANT SELECT ON tenants.proposals TO meguri_auditor;

-- A file of members, named by its own digest: the same file is the same import.
CREATE TABLE tenants.imports (
    import_id text PRIMARY KEY CHECK (import_id ~ '^[0-9a-f]{32}$'),
    client_id text NOT NULL,
    rows integer NOT NULL CHECK (rows > 0),
    received_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('proposed', 'approved', 'rejected', 'settled')),
    approved_at timestamptz,
    CHECK ((state IN ('approved', 'settled')) = (approved_at IS NOT NULL))
);
CREATE INDEX imports_open ON tenants.imports (import_id) WHERE state = 'approved';

-- A row of such a file; what it says is forgotten as soon as it is settled: the profile has it then.
CREATE TABLE tenants.import_rows (
    import_id text NOT NULL REFERENCES tenants.imports,
    line integer NOT NULL CHECK (line > 1),
    state text NOT NULL CHECK (state IN ('received', 'joined', 'booked', 'refused')),
    content jsonb,
    funder text,
    points bigint NOT NULL DEFAULT 0 CHECK (points BETWEEN 0 AND 10000000),
    member_id bigint,
    faults jsonb,                           -- [column, reason] pairs
    PRIMARY KEY (import_id, line),
    CHECK ((state IN ('received', 'joined')) = (content IS NOT NULL)),
    CHECK ((state IN ('joined', 'booked')) = (member_id IS NOT NULL)),
    CHECK ((state = 'refused') = (faults IS NOT NULL))
);
CREATE INDEX import_rows_open ON tenants.import_rows (import_id, line)
WHERE state IN ('received', 'joined');
GRANT SELECT, INSERT ON tenants.imports, tenants.import_rows TO meguri_worker;
GRANT UPDATE (state, approved_at) ON tenants.imports TO meguri_worker;
GRANT UPDATE (state, content, member_id, faults) ON tenants.import_rows TO meguri_worker;
GRANT SELECT ON tenants.imports TO meguri_auditor;
GRANT SELECT (import_id, line, state, funder, points, member_id, faults) ON tenants.import_rows
TO meguri_auditor;

-- How often a till looked members up, minute by minute: nobody walks through the phone book.
CREATE TABLE tenants.lookups (
    tenant_id bigint NOT NULL,
    till text NOT NULL,
    minute_at timestamptz NOT NULL,
    lookups integer NOT NULL CHECK (lookups > 0),
    PRIMARY KEY (tenant_id, till, minute_at),
    FOREIGN KEY (tenant_id, till) REFERENCES tenants.tills
);
ALTER TABLE tenants.lookups ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.lookups FORCE ROW LEVEL SECURITY;
CREATE POLICY counts ON tenants.lookups TO meguri_counter USING (true) WITH CHECK (true);
CREATE POLICY sweeps ON tenants.lookups TO meguri_worker USING (true);
CREATE POLICY whole ON tenants.lookups FOR SELECT TO meguri_auditor USING (true);
GRANT SELECT, INSERT, UPDATE ON tenants.lookups TO meguri_counter;
GRANT SELECT, DELETE ON tenants.lookups TO meguri_worker;
GRANT SELECT ON tenants.lookups TO meguri_auditor;
