-- キャンペーンの運営: how a campaign lives (draft, reviewed, live, paused, ended), for whom and where it
-- is, what is measured of it; segments of members; and how an over-granted one is put right.

-- Those there are count as live. Money terms of what has gone live are never changed: the worker may
-- change a state and a last day, nothing else.
ALTER TABLE tenants.campaigns ADD COLUMN state text NOT NULL DEFAULT 'live'
CHECK (state IN ('draft', 'reviewed', 'live', 'paused', 'ended', 'dropped'));
ALTER TABLE tenants.campaigns ADD COLUMN version_of text;
ALTER TABLE tenants.campaigns ADD COLUMN kind text NOT NULL DEFAULT 'common-points'
CHECK (kind IN ('common-points', 'own-shop', 'goods', 'lottery', 'joint-lottery', 'visit'));
ALTER TABLE tenants.campaigns ADD COLUMN budget_points bigint CHECK (budget_points > 0);
ALTER TABLE tenants.campaigns ADD COLUMN segment text;
ALTER TABLE tenants.campaigns ADD COLUMN control_bp integer NOT NULL DEFAULT 0
CHECK (control_bp BETWEEN 0 AND 5000);
ALTER TABLE tenants.campaigns ADD COLUMN listed_shops boolean NOT NULL DEFAULT false;
ALTER TABLE tenants.campaigns ADD COLUMN may_opt_out boolean NOT NULL DEFAULT false;
-- 施策と検証の計画 (metric, days, why without a control group) and the figures of the 景品表示法 check,
-- as they were written down before the start; NULL where it began before there were any.
ALTER TABLE tenants.campaigns ADD COLUMN plan jsonb;
ALTER TABLE tenants.campaigns ADD COLUMN premiums jsonb;

-- Each step of a campaign's life: from where to where, by whom and why. Append-only.
CREATE TABLE tenants.campaign_steps (
    campaign_id bigint NOT NULL REFERENCES tenants.campaigns,
    step integer NOT NULL CHECK (step > 0),
    from_state text,
    to_state text NOT NULL,
    to_on date,
    by_client text NOT NULL CHECK (by_client <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    at timestamptz NOT NULL,
    PRIMARY KEY (campaign_id, step)
);

-- 一斉展開: which shops take part in a campaign, or stay out of one that all others take part in.
CREATE TABLE tenants.campaign_shops (
    campaign_id bigint NOT NULL REFERENCES tenants.campaigns,
    shop_id bigint NOT NULL,
    takes_part boolean NOT NULL,
    by_client text NOT NULL CHECK (by_client <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    at timestamptz NOT NULL,
    PRIMARY KEY (campaign_id, shop_id)
);

-- セグメント: a rule with a name, and whom it named when it was last evaluated.
CREATE TABLE tenants.segments (
    segment text PRIMARY KEY CHECK (segment ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$'),
    name text NOT NULL,
    name_en text NOT NULL,
    rule jsonb NOT NULL,
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    made_at timestamptz NOT NULL,
    counted_on date,
    after_member_id bigint NOT NULL DEFAULT 0,      -- an evaluation under way has come so far
    counting_on date,
    members bigint CHECK (members >= 0)
);
CREATE TABLE tenants.segment_members (
    segment text NOT NULL REFERENCES tenants.segments,
    member_id bigint NOT NULL,
    since_on date NOT NULL,
    until_on date,                                  -- the last day; NULL: still a member
    PRIMARY KEY (segment, member_id, since_on)
);
CREATE INDEX segment_members_now ON tenants.segment_members (segment, member_id)
WHERE until_on IS NULL;

-- 一括訂正: what an over-granted campaign gave, what it should have given, and how that is put right.
CREATE TABLE tenants.correction_runs (
    run text PRIMARY KEY CHECK (run ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,19}$'),
    campaign text NOT NULL,
    from_on date NOT NULL,
    to_on date NOT NULL CHECK (to_on >= from_on),
    multiplier integer NOT NULL CHECK (multiplier BETWEEN 1 AND 100),   -- 1: nothing extra at all
    cap_points_per_receipt bigint CHECK (cap_points_per_receipt >= 0),
    shortage text NOT NULL CHECK (shortage IN ('WAIVE', 'OTHER_POINTS')),
    state text NOT NULL DEFAULT 'counting' CHECK (state IN
        ('counting', 'proposed', 'rejected', 'approved', 'booked', 'undo-proposed', 'undo-approved', 'undone')),
    proposed_by text NOT NULL CHECK (proposed_by <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    proposed_at timestamptz NOT NULL,
    approved_by text,
    approved_at timestamptz,
    undo_proposed_by text,
    undo_reason text,
    undo_approved_by text,
    undo_approved_at timestamptz,
    after_member_id bigint NOT NULL DEFAULT 0,      -- what was counted so far
    CHECK (approved_by <> proposed_by),
    CHECK (undo_approved_by <> undo_proposed_by)
);
CREATE TABLE tenants.correction_members (
    run text NOT NULL REFERENCES tenants.correction_runs,
    member_id bigint NOT NULL,
    funder_id bigint NOT NULL,
    got_points bigint NOT NULL CHECK (got_points >= 0),
    due_points bigint NOT NULL CHECK (due_points >= 0),
    left_points bigint NOT NULL CHECK (left_points >= 0),      -- when it was proposed
    PRIMARY KEY (run, member_id, funder_id),
    CHECK (got_points >= due_points)
);
-- One booking of a run for one member: what was taken, and what of it was waived.
CREATE TABLE tenants.correction_slips (
    run text NOT NULL REFERENCES tenants.correction_runs,
    member_id bigint NOT NULL,
    undoes boolean NOT NULL,
    status smallint NOT NULL,
    points bigint NOT NULL CHECK (points >= 0),
    short_points bigint NOT NULL DEFAULT 0 CHECK (short_points >= 0),
    refusal text,
    booked_at timestamptz NOT NULL,
    PRIMARY KEY (run, member_id, undoes)
);

GRANT SELECT ON tenants.campaign_shops TO meguri_desk, meguri_counter, meguri_worker, meguri_auditor;
GRANT SELECT ON tenants.campaign_steps, tenants.segments, tenants.segment_members,
tenants.correction_runs, tenants.correction_members, tenants.correction_slips TO meguri_worker, meguri_auditor;
GRANT UPDATE (state, to_on) ON tenants.campaigns TO meguri_worker;
GRANT INSERT ON tenants.campaign_steps, tenants.campaign_shops, tenants.segments,
tenants.segment_members, tenants.correction_runs, tenants.correction_members,
tenants.correction_slips TO meguri_worker;
GRANT UPDATE (takes_part, by_client, reason, at) ON tenants.campaign_shops TO meguri_worker;
GRANT UPDATE (counted_on, counting_on, after_member_id, members) ON tenants.segments TO meguri_worker;
GRANT UPDATE (until_on) ON tenants.segment_members TO meguri_worker;
GRANT UPDATE (state, after_member_id, approved_by, approved_at, undo_proposed_by, undo_reason, undo_approved_by,
undo_approved_at) ON tenants.correction_runs TO meguri_worker;
