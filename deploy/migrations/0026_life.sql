-- 締めの後: what is paid for a cycle once it is sealed, who prepared and approved it, the files that
-- left, what the bank said, and which lines are in dispute. All tables are local, beside the
-- statements; a sealed row is never touched.

-- 異議期間: how many bank days after a cycle's last day its statement is shown (速報), and how many
-- its parties have to object. The row with the latest day not after a cycle's last one holds.
CREATE TABLE settlement.windows (
    from_on date PRIMARY KEY,
    shown_bank_days smallint NOT NULL CHECK (shown_bank_days BETWEEN 0 AND 20),
    objection_bank_days smallint NOT NULL CHECK (objection_bank_days BETWEEN 0 AND 20),
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    CHECK (objection_bank_days >= shown_bank_days)
);
INSERT INTO settlement.windows (from_on, shown_bank_days, objection_bank_days, author, reason)
VALUES ('2000-01-01', 2, 5, 'meguri', '既定: 速報は2営業日、異議は5営業日まで');

-- Who did which step of a cycle, and when: written once, and answered again to whoever asks again.
CREATE TABLE settlement.steps (
    cycle_id integer NOT NULL REFERENCES federation.cycles,
    number smallint NOT NULL CHECK (number > 0),
    step text NOT NULL CHECK (step IN ('confirmed', 'prepared', 'approved', 'sent', 'settled', 'returned')),
    who text NOT NULL CHECK (who <> ''),
    at timestamptz NOT NULL,
    PRIMARY KEY (cycle_id, number)
);

-- 支払案: how the nets of a cycle are paid. What changes before it is sent is a plan of its own, and
-- so is what is sent again; the last one counts, and an approval is an approval of one.
CREATE TABLE settlement.plans (
    cycle_id integer NOT NULL REFERENCES federation.cycles,
    plan smallint NOT NULL CHECK (plan BETWEEN 1 AND 99),
    again boolean NOT NULL,                 -- only what came back, under new references
    prepared_by text NOT NULL CHECK (prepared_by <> ''),
    prepared_at timestamptz NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    transfers_on date NOT NULL,
    debits_on date NOT NULL,
    PRIMARY KEY (cycle_id, plan),
    UNIQUE (cycle_id, plan, prepared_by)
);

CREATE TABLE settlement.payments (
    reference text PRIMARY KEY CHECK (reference ~ '^[0-9]{8}-[0-9]{1,2}-[0-9]{1,5}$'),
    cycle_id integer NOT NULL,
    plan smallint NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    party_id bigint NOT NULL REFERENCES tenants.parties,
    unit text,
    yen bigint NOT NULL,                    -- the party gets it (+) or owes it (-)
    route text NOT NULL CHECK (
        route IN ('OFFSET_SALES_DEPOSIT', 'TRANSFER', 'DIRECT_DEBIT', 'INVOICE', 'KEPT', 'HELD')
    ),
    why text NOT NULL,
    pays_on date NOT NULL,
    account text,                           -- as it stood when this was prepared
    customer text NOT NULL DEFAULT '',
    holder text NOT NULL DEFAULT '',        -- who keeps the deposit that it is set off against
    of_reference text REFERENCES settlement.payments,       -- what it is sent again for
    state text NOT NULL DEFAULT 'planned' CHECK (
        state IN (
            'planned', 'sent', 'settled', 'short', 'returned', 'failed', 'held', 'again', 'carried',
            'void'
        )
    ),
    difference text NOT NULL DEFAULT '',
    settled_yen bigint NOT NULL DEFAULT 0 CHECK (settled_yen >= 0),
    FOREIGN KEY (cycle_id, plan) REFERENCES settlement.plans,
    UNIQUE (cycle_id, plan, number),
    CHECK ((route IN ('TRANSFER', 'DIRECT_DEBIT')) = (account IS NOT NULL)),
    CHECK (route <> 'TRANSFER' OR yen > 0),
    CHECK (route NOT IN ('DIRECT_DEBIT', 'INVOICE') OR yen < 0)
);
CREATE INDEX payments_of_party ON settlement.payments (party_id, cycle_id);

-- 銀行ファイル・預り金相殺: byte for byte as approved and as sent.
CREATE TABLE settlement.files (
    cycle_id integer NOT NULL,
    plan smallint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('zengin-21', 'zengin-91', 'offset-csv')),
    lines integer NOT NULL CHECK (lines > 0),
    yen bigint NOT NULL,
    sha256 bytea NOT NULL,
    body bytea NOT NULL,
    released_at timestamptz,
    PRIMARY KEY (cycle_id, plan, kind),
    FOREIGN KEY (cycle_id, plan) REFERENCES settlement.plans,
    CHECK (sha256 = sha256(body))
);

-- 承認: by somebody else than who prepared the plan, over the SHA-256 of statements, payments, files.
CREATE TABLE settlement.approvals (
    cycle_id integer NOT NULL,
    plan smallint NOT NULL,
    prepared_by text NOT NULL,
    approved_by text NOT NULL CHECK (approved_by <> ''),
    approved_at timestamptz NOT NULL,
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    PRIMARY KEY (cycle_id, plan),
    FOREIGN KEY (cycle_id, plan, prepared_by) REFERENCES settlement.plans (cycle_id, plan, prepared_by),
    CHECK (approved_by <> prepared_by)
);

-- 銀行から来たファイル: each taken once, with what was answered.
CREATE TABLE settlement.bank_uploads (
    sha256 bytea PRIMARY KEY CHECK (length(sha256) = 32),
    kind text NOT NULL CHECK (kind IN ('debit-results', 'statement')),
    cycle_id integer,
    plan smallint,                          -- whose debits it answers
    body bytea NOT NULL,
    taken_by text NOT NULL CHECK (taken_by <> ''),
    taken_at timestamptz NOT NULL,
    answer text NOT NULL,
    FOREIGN KEY (cycle_id, plan) REFERENCES settlement.plans,
    CHECK ((kind = 'debit-results') = (cycle_id IS NOT NULL)),
    CHECK (sha256 = sha256(body))
);
CREATE UNIQUE INDEX bank_uploads_answer_once ON settlement.bank_uploads (cycle_id, plan);

-- 異議: a line that its party objects to. What is disputed leaves the cycle's payments on both sides.
CREATE TABLE settlement.disputes (
    dispute_id text PRIMARY KEY CHECK (dispute_id ~ '^d_[0-9a-f]{16}$'),
    cycle_id integer NOT NULL,
    party_id bigint NOT NULL,
    code smallint NOT NULL,
    original smallint,
    yen bigint NOT NULL CHECK (yen <> 0),   -- what is held of the line, with its sign
    reason text NOT NULL CHECK (reason <> ''),
    evidence text NOT NULL,
    opened_by text NOT NULL,
    opened_at timestamptz NOT NULL,
    deadline_on date NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'upheld', 'rejected')),
    decided_by text,
    decided_at timestamptz,
    decision text CHECK (decision <> ''),
    adjusted_yen bigint,
    paid_in integer REFERENCES federation.cycles,
    FOREIGN KEY (cycle_id, party_id) REFERENCES settlement.statements,
    UNIQUE NULLS NOT DISTINCT (cycle_id, party_id, code, original),
    CHECK ((state = 'open') = (decided_by IS NULL)),
    CHECK ((state = 'open') = (decided_at IS NULL)),
    CHECK ((state = 'open') = (decision IS NULL)),
    CHECK ((state = 'open') = (paid_in IS NULL)),
    CHECK ((state = 'upheld') = (adjusted_yen IS NOT NULL)),
    CHECK (decided_by <> opened_by),
    CHECK (paid_in > cycle_id)
);

-- 調整行: what a cycle pays beside its statements, each line naming the sealed line or the payment
-- that it comes from. Those of a cycle sum to zero.
CREATE TABLE settlement.adjustments (
    cycle_id integer NOT NULL REFERENCES federation.cycles,
    party_id bigint NOT NULL REFERENCES tenants.parties,
    kind text NOT NULL CHECK (kind IN ('held', 'released', 'corrected', 'carried')),
    yen bigint NOT NULL,
    of_cycle_id integer NOT NULL REFERENCES federation.cycles,
    of_party_id bigint NOT NULL REFERENCES tenants.parties,
    of_code smallint,
    of_original smallint,
    dispute_id text REFERENCES settlement.disputes,
    reference text REFERENCES settlement.payments,
    CHECK ((dispute_id IS NULL) = (kind = 'carried')),
    CHECK ((reference IS NOT NULL) = (kind = 'carried')),
    CHECK ((of_code IS NULL) = (kind = 'carried')),
    UNIQUE NULLS NOT DISTINCT (dispute_id, reference, party_id, kind)
);
CREATE INDEX adjustments_of_party ON settlement.adjustments (party_id, cycle_id);

ALTER TABLE settlement.payments ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement.payments FORCE ROW LEVEL SECURITY;
ALTER TABLE settlement.disputes ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement.disputes FORCE ROW LEVEL SECURITY;
ALTER TABLE settlement.adjustments ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement.adjustments FORCE ROW LEVEL SECURITY;

CREATE POLICY own ON settlement.payments FOR SELECT TO meguri_app USING (party_id = federation.reader());
CREATE POLICY own ON settlement.disputes FOR SELECT TO meguri_app USING (party_id = federation.reader());
CREATE POLICY own ON settlement.adjustments FOR SELECT TO meguri_app USING (party_id = federation.reader());
CREATE POLICY whole ON settlement.payments FOR SELECT TO meguri_worker, meguri_auditor USING (true);
CREATE POLICY whole ON settlement.disputes FOR SELECT TO meguri_worker, meguri_auditor USING (true);
CREATE POLICY whole ON settlement.adjustments FOR SELECT TO meguri_worker, meguri_auditor USING (true);
CREATE POLICY plan ON settlement.payments FOR INSERT TO meguri_worker WITH CHECK (true);
CREATE POLICY follow ON settlement.payments FOR UPDATE TO meguri_worker USING (true) WITH CHECK (true);
CREATE POLICY object ON settlement.disputes FOR INSERT TO meguri_worker WITH CHECK (true);
CREATE POLICY decide ON settlement.disputes FOR UPDATE TO meguri_worker USING (state = 'open') WITH CHECK (true);
CREATE POLICY adjust ON settlement.adjustments FOR INSERT TO meguri_worker WITH CHECK (true);

GRANT SELECT, INSERT ON settlement.windows, settlement.steps, settlement.plans, settlement.payments,
settlement.files, settlement.approvals, settlement.bank_uploads, settlement.disputes,
settlement.adjustments TO meguri_worker;
GRANT UPDATE (state, difference, settled_yen) ON settlement.payments TO meguri_worker;
GRANT UPDATE (released_at) ON settlement.files TO meguri_worker;
GRANT UPDATE (state, decided_by, decided_at, decision, adjusted_yen, paid_in) ON settlement.disputes
TO meguri_worker;
GRANT SELECT ON settlement.windows, settlement.steps, settlement.plans, settlement.payments,
settlement.files, settlement.approvals, settlement.bank_uploads, settlement.disputes,
settlement.adjustments TO meguri_auditor;
GRANT SELECT ON settlement.windows, settlement.disputes, settlement.adjustments TO meguri_app;
GRANT SELECT (
    reference, cycle_id, plan, number, party_id, unit, yen, route, why, pays_on, of_reference, state,
    difference, settled_yen
) ON settlement.payments TO meguri_app;
