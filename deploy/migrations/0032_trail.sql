-- 監査証跡: who did what beside the books, from where, with which right. A row is written once and is
-- never changed, not even by a superuser's hand; what was written is linked by hashes, so that a row
-- that went away, or a trigger that was switched off, is seen.
CREATE SCHEMA audit;

CREATE SEQUENCE audit.acts_ids AS bigint;

CREATE TABLE audit.acts (
    act_id bigint NOT NULL DEFAULT nextval('audit.acts_ids'),
    at timestamptz NOT NULL,                -- the system's clock, whatever the hub's says
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    request text NOT NULL,                  -- what belongs together: begun, and how it ended
    actor text NOT NULL CHECK (actor <> ''),   -- a client; `cli:` and a user of the machine
    person_id text,                         -- who was signed in, where a person was
    proved boolean NOT NULL,                -- false: who it said it was, and could not show it
    tenant_id bigint,
    address text NOT NULL,
    verb text NOT NULL CHECK (verb <> ''),  -- the route, or the command
    needs text NOT NULL,                    -- the scopes that its door asks for
    status smallint,                        -- NULL: begun, and it is not told yet how it ended
    kind text,                              -- what it was done to
    object text,
    reason text,
    slip text,
    amount_yen bigint,
    party text,
    cycle text,
    PRIMARY KEY (act_id, at)
) PARTITION BY RANGE (at);
CREATE INDEX acts_unlinked ON audit.acts (xid, act_id);
CREATE INDEX acts_of_actor ON audit.acts (actor, act_id);
CREATE INDEX acts_of_object ON audit.acts (object, act_id);
CREATE INDEX acts_of_party ON audit.acts (party, act_id);

-- 連鎖: each act with the hash of all before it, in the order in which transactions began to write.
CREATE TABLE audit.links (
    number bigint PRIMARY KEY CHECK (number > 0),
    act_id bigint NOT NULL,
    at timestamptz NOT NULL,
    xid xid8 NOT NULL,
    sha256 bytea NOT NULL CHECK (length(sha256) = 32)
);

CREATE FUNCTION audit.keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is only ever added to' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON audit.acts FOR EACH ROW EXECUTE FUNCTION audit.keep();
CREATE TRIGGER keep_all BEFORE TRUNCATE ON audit.acts EXECUTE FUNCTION audit.keep();
CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.links EXECUTE FUNCTION audit.keep();
ALTER TABLE audit.acts ENABLE ALWAYS TRIGGER keep;
ALTER TABLE audit.acts ENABLE ALWAYS TRIGGER keep_all;
ALTER TABLE audit.links ENABLE ALWAYS TRIGGER keep;

ALTER TABLE audit.acts ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit.acts FORCE ROW LEVEL SECURITY;
CREATE POLICY note ON audit.acts FOR INSERT TO meguri_worker WITH CHECK (true);
CREATE POLICY whole ON audit.acts FOR SELECT TO meguri_worker, meguri_auditor USING (true);

GRANT USAGE ON SCHEMA audit TO meguri_worker, meguri_auditor;
GRANT USAGE ON SEQUENCE audit.acts_ids TO meguri_worker;
GRANT SELECT, INSERT ON audit.acts, audit.links TO meguri_worker;
GRANT SELECT ON audit.acts, audit.links TO meguri_auditor;

-- A month of the trail, made beside it and then attached, each with its own guard.
CREATE FUNCTION audit.open_months(from_on date, months integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    first_on date;
    part text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('audit.open_months'));
    FOR step IN 0..months - 1 LOOP
        first_on := (date_trunc('month', from_on) + make_interval(months => step))::date;
        part := to_char(first_on, '"acts_"YYYYMM');
        CONTINUE WHEN to_regclass('audit.' || part) IS NOT NULL;
        EXECUTE format('CREATE TABLE audit.%I (LIKE audit.acts INCLUDING ALL)', part);
        EXECUTE format('ALTER TABLE audit.%I ENABLE ROW LEVEL SECURITY', part);
        EXECUTE format('ALTER TABLE audit.%I FORCE ROW LEVEL SECURITY', part);
        EXECUTE format(
            'CREATE TRIGGER keep_all BEFORE TRUNCATE ON audit.%I EXECUTE FUNCTION audit.keep()', part
        );
        EXECUTE format('ALTER TABLE audit.%I ENABLE ALWAYS TRIGGER keep_all', part);
        EXECUTE format(
            'ALTER TABLE audit.acts ATTACH PARTITION audit.%I FOR VALUES FROM (%L) TO (%L)',
            part,
            first_on::timestamp AT TIME ZONE 'Asia/Tokyo',
            (first_on + interval '1 month') AT TIME ZONE 'Asia/Tokyo'
        );
        EXECUTE format('ALTER TABLE audit.%I ENABLE ALWAYS TRIGGER keep', part);
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;
REVOKE ALL ON FUNCTION audit.open_months (date, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.open_months (date, integer) TO meguri_worker;

-- The hash of an act after what came before: every column, in one order and one time zone.
CREATE FUNCTION audit.linked(before bytea, act audit.acts) RETURNS bytea
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT sha256(before || convert_to(jsonb_build_array(
        act.act_id, to_char(act.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), act.xid::text,
        act.request, act.actor, act.person_id, act.proved, act.tenant_id, act.address, act.verb,
        act.needs, act.status, act.kind, act.object, act.reason, act.slip, act.amount_yen, act.party,
        act.cycle
    )::text, 'UTF8'))
$$;

-- Link what no transaction can come before any more; how many. One process at a time.
CREATE FUNCTION audit.link(most integer) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last audit.links;
    act audit.acts;
    made integer := 0;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('audit.link')) THEN
        RETURN 0;
    END IF;
    SELECT * INTO last FROM audit.links ORDER BY number DESC LIMIT 1;
    IF last.number IS NULL THEN
        last.number := 0;
        last.xid := '0';
        last.act_id := 0;
        last.sha256 := '';
    END IF;
    FOR act IN
        SELECT acts.* FROM audit.acts
        WHERE (acts.xid, acts.act_id) > (last.xid, last.act_id)
            AND acts.xid < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY acts.xid, acts.act_id LIMIT most
    LOOP
        last.number := last.number + 1;
        last.sha256 := audit.linked(last.sha256, act);
        INSERT INTO audit.links (number, act_id, at, xid, sha256)
        VALUES (last.number, act.act_id, act.at, act.xid, last.sha256);
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;

-- Where the chain does not hold: a link whose act is not what it was, or is gone; an act without one.
CREATE FUNCTION audit.broken() RETURNS TABLE (number bigint, act_id bigint, why text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT links.number, links.act_id, CASE WHEN acts.act_id IS NULL THEN 'gone' ELSE 'changed' END
    FROM (
        SELECT links.*, lag(links.sha256, 1, '') OVER (ORDER BY links.number) AS before,
            lag(links.number, 1, 0) OVER (ORDER BY links.number) AS number_before
        FROM audit.links
    ) AS links
    LEFT JOIN audit.acts ON acts.act_id = links.act_id AND acts.at = links.at
    WHERE acts.act_id IS NULL OR links.number_before <> links.number - 1
        OR audit.linked(links.before, acts) <> links.sha256
    UNION ALL
    SELECT NULL, acts.act_id, 'unlinked' FROM audit.acts
    LEFT JOIN audit.links USING (act_id)
    WHERE links.act_id IS NULL
        AND (acts.xid, acts.act_id) < (
            SELECT links.xid, links.act_id FROM audit.links ORDER BY links.number DESC LIMIT 1
        )
    ORDER BY 1, 2
$$;

-- Before the first hub of this version starts there is a month to write in.
SELECT audit.open_months(current_date, 3);

-- 要求の上限: requests a second for long, and how many at once, of a client and of one till; the row
-- without a name holds for everybody else.
CREATE TABLE tenants.limits (
    client_id text PRIMARY KEY,
    per_second integer NOT NULL CHECK (per_second > 0),
    burst integer NOT NULL CHECK (burst > 0),
    till_per_second integer NOT NULL CHECK (till_per_second > 0),
    till_burst integer NOT NULL CHECK (till_burst > 0),
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> '')
);
INSERT INTO tenants.limits (client_id, per_second, burst, till_per_second, till_burst, author, reason)
VALUES ('', 2000, 20000, 500, 5000, 'meguri', '既定 / default');
GRANT SELECT ON tenants.limits TO meguri_counter, meguri_auditor;
GRANT SELECT, INSERT, UPDATE ON tenants.limits TO meguri_worker;

-- Look-ups by phone: so many an hour of a till, so many a day of a tenant (`till` is empty there).
CREATE TABLE tenants.phone_lookups (
    tenant_id bigint NOT NULL REFERENCES tenants.tenants,
    till text NOT NULL,
    since_at timestamptz NOT NULL,
    lookups integer NOT NULL CHECK (lookups > 0),
    PRIMARY KEY (tenant_id, till, since_at)
);
ALTER TABLE tenants.phone_lookups ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.phone_lookups FORCE ROW LEVEL SECURITY;
CREATE POLICY counts ON tenants.phone_lookups TO meguri_counter USING (true) WITH CHECK (true);
CREATE POLICY sweeps ON tenants.phone_lookups TO meguri_worker USING (true);
CREATE POLICY whole ON tenants.phone_lookups FOR SELECT TO meguri_auditor USING (true);
GRANT SELECT, INSERT, UPDATE ON tenants.phone_lookups TO meguri_counter;
GRANT SELECT, DELETE ON tenants.phone_lookups TO meguri_worker;
GRANT SELECT ON tenants.phone_lookups TO meguri_auditor;

-- 通知と同意: what members are told (purposes, joint use), version by version; which of them a member
-- agreed to or took back; and what was handed to a third party (APPI 21, 27, 29). Only ever added to.
CREATE TABLE tenants.notices (
    notice text NOT NULL CHECK (notice ~ '^[a-z][a-z-]{0,30}$'),
    version smallint NOT NULL CHECK (version > 0),
    from_on date NOT NULL,
    words text NOT NULL CHECK (words <> ''),
    words_en text NOT NULL CHECK (words_en <> ''),
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    PRIMARY KEY (notice, version)
);
CREATE TABLE tenants.consents (
    consent_id bigint PRIMARY KEY DEFAULT nextval('tenants.ids'),
    member_id bigint NOT NULL,
    notice text NOT NULL,
    version smallint NOT NULL,
    given boolean NOT NULL,                 -- false: taken back
    how text NOT NULL CHECK (how IN ('paper', 'counter', 'app', 'phone')),
    client_id text NOT NULL,
    at timestamptz NOT NULL,
    FOREIGN KEY (notice, version) REFERENCES tenants.notices
);
CREATE INDEX consents_of_member ON tenants.consents (member_id, consent_id);
CREATE TABLE tenants.disclosures (
    disclosure_id bigint PRIMARY KEY DEFAULT nextval('tenants.ids'),
    member_id bigint,                       -- NULL: about many, as `what` says
    recipient text NOT NULL CHECK (recipient <> ''),
    what text NOT NULL CHECK (what <> ''),
    basis text NOT NULL CHECK (basis IN ('consent', 'law', 'life', 'health', 'public-duty')),
    client_id text NOT NULL,
    at timestamptz NOT NULL
);
GRANT SELECT, INSERT ON tenants.notices, tenants.consents, tenants.disclosures TO meguri_worker;
GRANT SELECT ON tenants.notices, tenants.consents, tenants.disclosures TO meguri_auditor;
GRANT SELECT ON tenants.notices TO meguri_app, meguri_counter;
INSERT INTO tenants.notices (notice, version, from_on, words, words_en, author, reason)
VALUES (
    'joint-use', 1, '2020-01-01',
    '会員番号・氏名・購買とポイントの記録を、ポイントの付与・利用・精算とお問い合わせ対応のため、運営者と参加店舗を運営する法人が共同して利用します。管理責任者は運営者です。',
    'The operator and the companies that run the shops use member number, name and the record of purchases and points jointly, to give, honour and settle points and to answer questions. The operator is responsible.',
    'meguri', '既定の文案。運営者の名称・住所・代表者を入れて改版してください'
);
