-- 支払いの約束: whose account is paid into or collected from, by which route, who consented to offset,
-- and what the operator's bank asks for. Every row says who entered it, when and why; nothing is ever
-- changed: a later row for the same day counts instead. All tables are local, beside the statements.

-- What is in force on a day is the row with the latest `from_on` not after it, and of several for one
-- day the last entered. A closed account names none from that day on.
CREATE TABLE settlement.bank_accounts (
    party_id bigint NOT NULL REFERENCES tenants.parties,
    purpose text NOT NULL CHECK (purpose IN ('payee', 'debtor')),
    from_on date NOT NULL,
    entered_at timestamptz NOT NULL,
    closed boolean NOT NULL DEFAULT false,
    bank text NOT NULL CHECK (bank ~ '^[0-9]{4}$'),
    branch text NOT NULL CHECK (branch ~ '^[0-9]{3}$'),
    deposit text NOT NULL CHECK (deposit ~ '^[12349]$'),
    number text NOT NULL CHECK (number ~ '^[0-9]{7}$'),
    -- What a party is shown of its own account: the number itself is granted to nobody who serves it.
    number_end text NOT NULL GENERATED ALWAYS AS (right(number, 3)) STORED,
    holder text NOT NULL CHECK (length(holder) BETWEEN 1 AND 30),
    customer text NOT NULL DEFAULT '' CHECK (customer ~ '^[0-9]{0,20}$'),   -- 顧客番号 of its debits
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    PRIMARY KEY (party_id, purpose, from_on, entered_at),
    CHECK ((purpose = 'debtor') = (customer <> ''))
);

CREATE TABLE settlement.payment_routes (
    party_id bigint NOT NULL REFERENCES tenants.parties,
    from_on date NOT NULL,
    entered_at timestamptz NOT NULL,
    route text NOT NULL
    CHECK (route IN ('OFFSET_SALES_DEPOSIT', 'TRANSFER', 'DIRECT_DEBIT', 'INVOICE')),
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    PRIMARY KEY (party_id, from_on, entered_at)
);

-- 相殺合意: debtor and creditor agree that a net is set off against the deposit that a holder keeps.
CREATE TABLE settlement.offset_consents (
    party_id bigint NOT NULL REFERENCES tenants.parties,        -- the debtor, whose deposit it is
    creditor_id bigint NOT NULL REFERENCES tenants.parties,
    holder_id bigint NOT NULL REFERENCES tenants.parties,
    from_on date NOT NULL,
    entered_at timestamptz NOT NULL,
    to_on date CHECK (to_on >= from_on),
    withdrawn boolean NOT NULL DEFAULT false,
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    PRIMARY KEY (party_id, from_on, entered_at),
    CHECK (party_id NOT IN (creditor_id, holder_id))
);

-- The operator's own: no party's row, and no tenant reads it.
CREATE TABLE settlement.bank_profiles (
    from_on date NOT NULL,
    entered_at timestamptz NOT NULL,
    originator_code text NOT NULL CHECK (originator_code ~ '^[0-9]{10}$'),
    holder text NOT NULL CHECK (length(holder) BETWEEN 1 AND 40),
    bank text NOT NULL CHECK (bank ~ '^[0-9]{4}$'),
    branch text NOT NULL CHECK (branch ~ '^[0-9]{3}$'),
    deposit text NOT NULL CHECK (deposit ~ '^[129]$'),
    number text NOT NULL CHECK (number ~ '^[0-9]{7}$'),
    transfer_lead_bank_days smallint NOT NULL CHECK (transfer_lead_bank_days BETWEEN 0 AND 20),
    transfer_until time NOT NULL,
    debit_lead_bank_days smallint NOT NULL CHECK (debit_lead_bank_days BETWEEN 0 AND 20),
    debit_until time NOT NULL,
    debit_day smallint NOT NULL CHECK (debit_day BETWEEN 1 AND 28),
    ahead_bank_days smallint NOT NULL CHECK (ahead_bank_days BETWEEN 1 AND 60),
    most_transfers integer NOT NULL CHECK (most_transfers BETWEEN 1 AND 999999),
    most_debits integer NOT NULL CHECK (most_debits BETWEEN 1 AND 999999),
    ending text NOT NULL CHECK (ending IN ('CRLF', 'NONE')),
    takes_test_bank boolean NOT NULL,
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    PRIMARY KEY (from_on, entered_at)
);

ALTER TABLE settlement.bank_accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement.bank_accounts FORCE ROW LEVEL SECURITY;
ALTER TABLE settlement.payment_routes ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement.payment_routes FORCE ROW LEVEL SECURITY;
ALTER TABLE settlement.offset_consents ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement.offset_consents FORCE ROW LEVEL SECURITY;
ALTER TABLE settlement.bank_profiles ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement.bank_profiles FORCE ROW LEVEL SECURITY;

CREATE POLICY own ON settlement.bank_accounts FOR SELECT TO meguri_app
USING (party_id = federation.reader());
CREATE POLICY own ON settlement.payment_routes FOR SELECT TO meguri_app
USING (party_id = federation.reader());
CREATE POLICY own ON settlement.offset_consents FOR SELECT TO meguri_app
USING (party_id = federation.reader());

CREATE POLICY whole ON settlement.bank_accounts FOR SELECT TO meguri_worker, meguri_auditor USING (true);
CREATE POLICY whole ON settlement.payment_routes FOR SELECT TO meguri_worker, meguri_auditor USING (true);
CREATE POLICY whole ON settlement.offset_consents FOR SELECT TO meguri_worker, meguri_auditor USING (true);
CREATE POLICY whole ON settlement.bank_profiles FOR SELECT TO meguri_worker, meguri_auditor USING (true);
CREATE POLICY enter ON settlement.bank_accounts FOR INSERT TO meguri_worker WITH CHECK (true);
CREATE POLICY enter ON settlement.payment_routes FOR INSERT TO meguri_worker WITH CHECK (true);
CREATE POLICY enter ON settlement.offset_consents FOR INSERT TO meguri_worker WITH CHECK (true);
CREATE POLICY enter ON settlement.bank_profiles FOR INSERT TO meguri_worker WITH CHECK (true);

GRANT SELECT, INSERT ON settlement.bank_accounts, settlement.payment_routes,
settlement.offset_consents, settlement.bank_profiles TO meguri_worker;
GRANT SELECT ON settlement.bank_accounts, settlement.payment_routes, settlement.offset_consents,
settlement.bank_profiles TO meguri_auditor;
GRANT SELECT ON settlement.payment_routes, settlement.offset_consents TO meguri_app;
GRANT SELECT (party_id, purpose, from_on, entered_at, closed, bank, branch, deposit, number_end)
ON settlement.bank_accounts TO meguri_app;
