-- Laws are widened, none is lost; what is indexed is small or new.
-- squawk-ignore-file require-concurrent-index-creation, ban-drop-constraint

-- 会員: what members are told of their own points, and by mail or not; cards that nobody has
-- registered yet; sign-ups that wait for their code; what was told of a profile, and rewarded once.

-- 会員への知らせ: one row per member and occasion, whoever writes it (a redemption, points that will
-- lapse, a birthday, a new rank). `facts` says what is told, and never who the member is.
-- (`tenants.notices` are the versions of what all members are told of their data: 0032.)
CREATE TABLE tenants.member_notices (
    notice_id bigint PRIMARY KEY DEFAULT nextval('tenants.ids'),
    member_id bigint NOT NULL,
    occasion text NOT NULL CHECK (occasion ~ '^[a-z][A-Za-z0-9/_.:-]{0,99}$'),
    kind text NOT NULL CHECK (kind ~ '^[a-z][a-z-]{0,30}$'),
    facts jsonb NOT NULL CHECK (jsonb_typeof(facts) = 'object'),
    due_at timestamptz NOT NULL,            -- from when on it may be sent
    sent_at timestamptz,                    -- by mail; NULL: not yet, or not wanted
    seen_at timestamptz,                    -- on a page or in an app
    denied_at timestamptz,                  -- 「心当たりがない」: the member says it was not them
    UNIQUE (member_id, occasion)
);
CREATE INDEX member_notices_to_send ON tenants.member_notices (due_at, notice_id)
WHERE sent_at IS NULL;
CREATE INDEX member_notices_denied ON tenants.member_notices (denied_at, notice_id)
WHERE denied_at IS NOT NULL;
GRANT SELECT, INSERT ON tenants.member_notices TO meguri_worker;
GRANT UPDATE (sent_at, seen_at, denied_at) ON tenants.member_notices TO meguri_worker;
GRANT SELECT ON tenants.member_notices TO meguri_auditor;

-- Which mails a member wants; no row: all of them.
CREATE TABLE tenants.mail_choices (
    member_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind ~ '^[a-z][a-z-]{0,30}$'),
    wanted boolean NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (member_id, kind)
);
GRANT SELECT, INSERT ON tenants.mail_choices TO meguri_worker;
GRANT UPDATE (wanted, changed_at) ON tenants.mail_choices TO meguri_worker;
GRANT SELECT ON tenants.mail_choices TO meguri_auditor;

-- Up to this number of the journal, every redemption has its notice. What was booked before members
-- were told of anything is not told now.
CREATE TABLE tenants.noticed (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    number bigint NOT NULL CHECK (number >= 0)
);
INSERT INTO tenants.noticed (number) SELECT coalesce(max(number), 0) FROM federation.journal;
GRANT SELECT ON tenants.noticed TO meguri_worker, meguri_auditor;
GRANT UPDATE (number) ON tenants.noticed TO meguri_worker;

-- 未登録カード: a card in somebody's hand of whom nobody knows who it is. It earns; it spends nothing
-- until it is registered (domain 7).
ALTER TABLE federation.wallets DROP CONSTRAINT wallets_state_check;
ALTER TABLE federation.wallets ADD CONSTRAINT wallets_state_check
CHECK (state IN ('active', 'unregistered', 'frozen', 'merged', 'withdrawn')) NOT VALID;

-- A birth date is told once and mended once, by the office (domain 5).
ALTER TABLE federation.profiles ADD COLUMN birth_changes smallint NOT NULL DEFAULT 0;
CREATE INDEX profiles_by_kana ON federation.profiles (kana text_pattern_ops, member_id)
WHERE kana IS NOT NULL;
CREATE INDEX profiles_by_name ON federation.profiles (name text_pattern_ops, member_id)
WHERE name IS NOT NULL;

-- What the operator decided about joining, from a day on.
CREATE TABLE tenants.joining_rules (
    from_on date PRIMARY KEY,
    minimum_age_years smallint NOT NULL CHECK (minimum_age_years BETWEEN 0 AND 20),
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> '')
);
INSERT INTO tenants.joining_rules (from_on, minimum_age_years, author, reason)
VALUES ('2000-01-01', 13, 'meguri', '初期値 / defaults');
CREATE TABLE tenants.profile_rewards (
    field text NOT NULL CHECK (field IN ('birth_on', 'postcode', 'sex', 'name')),
    from_on date NOT NULL,
    points bigint NOT NULL CHECK (points BETWEEN 0 AND 200),  -- a gift without a purchase: domain 3.2
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    PRIMARY KEY (field, from_on)
);
INSERT INTO tenants.profile_rewards (field, from_on, points, author, reason)
SELECT field, '2000-01-01', 10, 'meguri', '初期値 / defaults'
FROM unnest(ARRAY['birth_on', 'postcode', 'sex', 'name']) AS f (field);
GRANT SELECT ON tenants.joining_rules, tenants.profile_rewards
TO meguri_counter, meguri_worker, meguri_auditor;
GRANT INSERT ON tenants.joining_rules, tenants.profile_rewards TO meguri_worker;

-- A field that a member told themselves, for the first time, and what that is worth. A field that was
-- known already has no row, and never gets one.
CREATE TABLE tenants.enrichments (
    member_id bigint NOT NULL,
    field text NOT NULL CHECK (field IN ('birth_on', 'postcode', 'sex', 'name')),
    points bigint NOT NULL CHECK (points >= 0),
    told_at timestamptz NOT NULL,
    booked_at timestamptz,                  -- when its points were; NULL: still to be booked
    PRIMARY KEY (member_id, field)
);
CREATE INDEX enrichments_to_book ON tenants.enrichments (member_id, field)
WHERE booked_at IS NULL;
GRANT SELECT, INSERT ON tenants.enrichments TO meguri_worker;
GRANT UPDATE (booked_at) ON tenants.enrichments TO meguri_worker;
GRANT SELECT ON tenants.enrichments TO meguri_auditor;

-- A sign-up that waits for its code. What was told stands sealed in the member's own browser.
CREATE TABLE auth.sign_ups (
    sign_up_sha256 bytea PRIMARY KEY CHECK (length(sign_up_sha256) = 32),
    code bytea NOT NULL CHECK (length(code) = 32),
    wrong_tries smallint NOT NULL DEFAULT 0 CHECK (wrong_tries BETWEEN 0 AND 5),
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX sign_ups_over ON auth.sign_ups (expires_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON auth.sign_ups TO meguri_app, meguri_worker;

-- A code that the member does not know of ends at once.
GRANT UPDATE (used_at, expires_at) ON federation.codes TO meguri_worker;

-- Members agree on pages of the hub's own as well.
ALTER TABLE tenants.consents DROP CONSTRAINT consents_how_check;
ALTER TABLE tenants.consents ADD CONSTRAINT consents_how_check
CHECK (how IN ('paper', 'counter', 'app', 'phone', 'page')) NOT VALID;
ALTER TABLE tenants.acts DROP CONSTRAINT acts_what_check;
ALTER TABLE tenants.acts ADD CONSTRAINT acts_what_check CHECK (
    what IN (
        'card-replaced', 'carrier-added', 'carrier-removed', 'frozen', 'unfrozen', 'profile-written',
        'registered', 'joined'
    )
) NOT VALID;
