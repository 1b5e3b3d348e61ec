-- The wallet's new columns are NULL, the new tables empty: nothing is rewritten and nothing waits.
-- squawk-ignore-file require-concurrent-index-creation

-- 定時処理・ランク・メール: what the hub does by itself and what became of it; by which rules members
-- rise and fall; letters on their way.

-- What became of each run of a job. Its lock is the session's that writes here, so of one that has no
-- end and whose lock is free everybody knows that it was broken off. (The queue: 0039_jobs.)
CREATE TABLE jobs.runs (
    run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CHECK (name ~ '^[a-z][a-z-]{1,40}$'),
    due_at timestamptz NOT NULL,            -- the instant for which it ran, by the hub's clock
    asked boolean NOT NULL,                 -- by somebody, not by the clock
    began_at timestamptz NOT NULL,          -- by the wall clock, as `ended_at`
    ended_at timestamptz,
    done bigint CHECK (done >= 0),
    outcome text NOT NULL CHECK (outcome IN ('running', 'ok', 'failed', 'broken-off')),
    reason text,
    CHECK ((outcome = 'running') = (ended_at IS NULL)),
    CHECK ((outcome = 'ok') = (done IS NOT NULL)),
    CHECK ((outcome = 'failed') = (reason IS NOT NULL))
);
CREATE INDEX runs_of_job ON jobs.runs (name, run_id);
CREATE INDEX runs_done ON jobs.runs (name, due_at) WHERE outcome = 'ok';
CREATE INDEX runs_under_way ON jobs.runs (name) WHERE ended_at IS NULL;
GRANT SELECT, INSERT, DELETE ON jobs.runs TO meguri_worker;
GRANT UPDATE (ended_at, done, outcome, reason) ON jobs.runs TO meguri_worker;
GRANT SELECT ON jobs.runs TO meguri_auditor;

-- A rank on a day: the wallet's from `rank_since` on, `rank_before` on the days before; so a late sale
-- finds the rank of its business date, and a change may be written on the eve of its day.
ALTER TABLE federation.wallets ADD COLUMN rank_since date;
ALTER TABLE federation.wallets ADD COLUMN rank_before text;
GRANT UPDATE (rank_since, rank_before) ON federation.wallets TO meguri_worker, meguri_desk;

-- The ranks there are, the lowest first.
CREATE TABLE tenants.ranks (
    rank text PRIMARY KEY CHECK (rank ~ '^[a-z][a-z0-9-]{0,30}$'),
    place smallint NOT NULL UNIQUE CHECK (place >= 0),
    name text NOT NULL CHECK (name <> ''),
    name_en text NOT NULL CHECK (name_en <> '')
);
INSERT INTO tenants.ranks (rank, place, name, name_en) VALUES
('general', 0, '一般会員', 'Member'), ('premium', 10, 'プレミアム会員', 'Premium member');

-- By which rule a member rises: so much of a measure within a window. Dated; the latest version of a
-- rule that has begun counts, and one with no threshold ends it.
CREATE TABLE tenants.rank_rules (
    rule text NOT NULL CHECK (rule ~ '^[a-z][a-z0-9-]{0,30}$'),
    from_on date NOT NULL,
    rank text NOT NULL REFERENCES tenants.ranks,
    measure text NOT NULL CHECK (measure IN ('spend', 'visits', 'points')),
    span text NOT NULL CHECK (span IN ('fiscal-year', 'calendar-year', 'months')),
    months smallint CHECK (months BETWEEN 1 AND 36),
    threshold bigint CHECK (threshold > 0), -- yen, days or points; NULL: the rule has ended
    takes_effect text NOT NULL CHECK (takes_effect IN ('at-once', 'next-year')),
    lowered boolean NOT NULL,               -- whether a return takes the rank away again
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    PRIMARY KEY (rule, from_on),
    CHECK ((span = 'months') = (months IS NOT NULL)),
    CHECK (span <> 'months' OR takes_effect = 'at-once')
);

-- What counts towards a rank, by the member who was at the till and the business day of the sale: what
-- was bought, in yen and in points spent as yen, less what came back; points earned, less what was
-- taken back. Up to the mark all of the journal is in it; `meguri check` counts anew.
CREATE TABLE tenants.rank_basis (
    member_id bigint NOT NULL,
    business_date date NOT NULL,
    spend_yen bigint NOT NULL,
    points bigint NOT NULL,
    PRIMARY KEY (member_id, business_date)
);
CREATE INDEX rank_basis_on ON tenants.rank_basis (business_date, member_id);
CREATE TABLE tenants.rank_mark (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    number bigint NOT NULL DEFAULT 0 CHECK (number >= 0)
);
INSERT INTO tenants.rank_mark DEFAULT VALUES;

-- What each entry of the journal adds. A return counts on the day of the sale, which may stand under a
-- member who has become one with this; an undoing is the opposite of what it undid.
CREATE VIEW tenants.rank_flows WITH (security_invoker = true) AS
SELECT
    journal.number,
    entries.member_id,
    coalesce(sold.business_date, what.business_date) AS business_date,
    CASE WHEN entries.kind = 'reversal' THEN -1 ELSE 1 END * CASE what.kind
        WHEN 'accrual' THEN coalesce(what.paid_yen, 0)
        WHEN 'redemption' THEN -what.points
        WHEN 'return' THEN -coalesce(what.returned_yen, 0)
        ELSE 0
    END AS spend_yen,
    CASE WHEN entries.kind = 'reversal' THEN -1 ELSE 1 END * CASE
        WHEN what.kind IN ('accrual', 'bonus') THEN what.points
        WHEN what.kind = 'return' AND sold.kind = 'accrual' THEN what.points
        ELSE 0
    END AS points
FROM federation.journal
INNER JOIN federation.entries USING (member_id, entry_id, booked_at)
LEFT JOIN federation.entries AS undone
    ON
        entries.kind = 'reversal'
        AND undone.member_id = entries.member_id
        AND undone.entry_id = entries.of_entry_id
CROSS JOIN LATERAL (
    SELECT
        coalesce(undone.kind, entries.kind) AS kind,
        coalesce(undone.business_date, entries.business_date) AS business_date,
        CASE WHEN undone.entry_id IS NULL THEN entries.points ELSE undone.points END AS points,
        CASE WHEN undone.entry_id IS NULL THEN entries.paid_yen ELSE undone.paid_yen END AS paid_yen,
        CASE WHEN undone.entry_id IS NULL THEN entries.returned_yen ELSE undone.returned_yen END
            AS returned_yen,
        CASE WHEN undone.entry_id IS NULL THEN entries.of_entry_id ELSE undone.of_entry_id END
            AS of_entry_id
) AS what
LEFT JOIN LATERAL (
    SELECT older.business_date, older.kind FROM federation.entries AS older
    WHERE
        what.kind = 'return'
        AND older.entry_id = what.of_entry_id
        AND older.member_id = ANY(ARRAY(
            SELECT kin.member_id FROM federation.members AS kin
            WHERE kin.member_id = entries.member_id OR kin.merged_into = entries.member_id
        ))
) AS sold ON true
WHERE what.kind IN ('accrual', 'redemption', 'return', 'bonus');

-- 昇格: which rule raised whom, by which figure, from when to when; once per window. What a return took
-- away again is withdrawn, and stands here all the same.
CREATE TABLE tenants.promotions (
    promotion_id bigint PRIMARY KEY DEFAULT nextval('tenants.ids'),
    member_id bigint NOT NULL,
    rank text NOT NULL REFERENCES tenants.ranks,
    rule text NOT NULL,
    rule_from_on date NOT NULL,
    window_on date NOT NULL,                -- the window's first day; of rolling months, the day reached
    figure bigint NOT NULL CHECK (figure > 0),
    from_on date NOT NULL,
    to_on date NOT NULL,
    decided_at timestamptz NOT NULL,
    withdrawn_on date,                      -- from this day on it does not count
    UNIQUE (member_id, rule, window_on),
    FOREIGN KEY (rule, rule_from_on) REFERENCES tenants.rank_rules,
    CHECK (from_on <= to_on)
);
CREATE INDEX promotions_begin ON tenants.promotions (from_on, member_id);
CREATE INDEX promotions_end ON tenants.promotions (to_on, member_id);

-- Each change of a member's rank that was written on the wallet.
CREATE TABLE tenants.rank_turns (
    turn_id bigint PRIMARY KEY DEFAULT nextval('tenants.ids'),
    member_id bigint NOT NULL,
    was text NOT NULL,
    rank text NOT NULL,
    since_on date NOT NULL,
    why text NOT NULL,                      -- the rule, or that it ended
    at timestamptz NOT NULL
);
CREATE INDEX rank_turns_of_member ON tenants.rank_turns (member_id, turn_id);

-- 特典: what a rank gives beside points, such as parking; dated, with its limits and who pays for it.
CREATE TABLE tenants.benefits (
    benefit text NOT NULL CHECK (benefit ~ '^[a-z][a-z0-9-]{0,30}$'),
    from_on date NOT NULL,
    rank text NOT NULL REFERENCES tenants.ranks,   -- this rank and those above it
    name text NOT NULL CHECK (name <> ''),
    name_en text NOT NULL CHECK (name_en <> ''),
    funder_id bigint NOT NULL REFERENCES tenants.parties,
    per_day smallint NOT NULL CHECK (per_day BETWEEN 0 AND 100),  -- 0: the benefit has ended
    per_month smallint CHECK (per_month BETWEEN 1 AND 1000),
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    PRIMARY KEY (benefit, from_on)
);
CREATE TABLE tenants.benefit_uses (
    shop_id bigint NOT NULL,
    slip text NOT NULL,
    tenant_id bigint NOT NULL,
    till text NOT NULL,
    member_id bigint NOT NULL,
    benefit text NOT NULL,
    rank text NOT NULL,
    business_date date NOT NULL,
    funder_id bigint NOT NULL,
    used_at timestamptz NOT NULL,
    answer text NOT NULL,                   -- as it was given; the same slip hears it again
    PRIMARY KEY (shop_id, slip)
);
CREATE INDEX benefit_uses_of_member ON tenants.benefit_uses (member_id, benefit, business_date);
ALTER TABLE tenants.benefit_uses ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.benefit_uses FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON tenants.benefit_uses FOR SELECT TO meguri_app USING (tenant_id = federation.reader());
CREATE POLICY uses ON tenants.benefit_uses TO meguri_counter USING (true) WITH CHECK (true);
CREATE POLICY whole ON tenants.benefit_uses FOR SELECT TO meguri_worker, meguri_auditor USING (true);

-- 郵便: one letter per notice. What could not be sent is tried again, later each time, and then given
-- up; never a word of it and never an address.
CREATE TABLE tenants.letters (
    notice_id bigint PRIMARY KEY REFERENCES tenants.member_notices,
    state text NOT NULL CHECK (state IN ('waiting', 'sent', 'dropped', 'dead')),
    tries smallint NOT NULL DEFAULT 0 CHECK (tries >= 0),
    due_at timestamptz NOT NULL,
    ended_at timestamptz,
    reason text,
    CHECK ((state = 'waiting') = (ended_at IS NULL))
);
CREATE INDEX letters_waiting ON tenants.letters (due_at, notice_id) WHERE state = 'waiting';

CREATE INDEX letters_dead ON tenants.letters (notice_id) WHERE state = 'dead';

-- リマインド: how many days before points lapse, or after the last visit, a member is told; dated.
CREATE TABLE tenants.reminders (
    kind text NOT NULL CHECK (kind IN ('expiry', 'dormant')),
    days smallint NOT NULL CHECK (days BETWEEN 1 AND 366),
    from_on date NOT NULL,
    wanted boolean NOT NULL DEFAULT true,
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    PRIMARY KEY (kind, days, from_on)
);
INSERT INTO tenants.reminders (kind, days, from_on, author, reason)
SELECT told.kind, told.days, '2000-01-01', 'meguri', '初期値 / defaults'
FROM (
    VALUES ('expiry', 60), ('expiry', 30), ('expiry', 7), ('dormant', 60)
) AS told (kind, days);
GRANT SELECT ON tenants.reminders TO meguri_worker, meguri_auditor;
GRANT INSERT ON tenants.reminders TO meguri_worker;

-- In which language a member is written to; no row: Japanese.
CREATE TABLE tenants.member_languages (
    member_id bigint PRIMARY KEY,
    lang text NOT NULL CHECK (lang IN ('ja', 'en'))
);
GRANT SELECT, INSERT ON tenants.member_languages TO meguri_worker;
GRANT UPDATE (lang) ON tenants.member_languages TO meguri_worker;
GRANT SELECT ON tenants.member_languages TO meguri_auditor;

GRANT SELECT ON tenants.ranks, tenants.rank_rules, tenants.rank_basis, tenants.promotions,
tenants.benefits TO meguri_app, meguri_counter, meguri_worker, meguri_auditor;
GRANT SELECT ON tenants.rank_mark, tenants.rank_turns, tenants.letters TO meguri_worker, meguri_auditor;
GRANT SELECT ON tenants.rank_flows TO meguri_worker, meguri_auditor;
GRANT INSERT ON tenants.ranks, tenants.rank_rules, tenants.rank_basis, tenants.promotions,
tenants.rank_turns, tenants.benefits, tenants.letters TO meguri_worker;
GRANT UPDATE (spend_yen, points) ON tenants.rank_basis TO meguri_worker;
GRANT UPDATE (number) ON tenants.rank_mark TO meguri_worker;
GRANT UPDATE (to_on, figure, withdrawn_on) ON tenants.promotions TO meguri_worker;
GRANT UPDATE (state, tries, due_at, ended_at, reason) ON tenants.letters TO meguri_worker;
GRANT SELECT ON tenants.benefit_uses TO meguri_app, meguri_worker, meguri_auditor;
GRANT SELECT, INSERT ON tenants.benefit_uses TO meguri_counter;
