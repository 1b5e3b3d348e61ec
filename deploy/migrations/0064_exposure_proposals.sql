-- 与信枠・預託金の申請: one person of the finance office proposes a cap or a movement of a deposit,
-- another approves it, and only then does it hold. What was proposed is never changed.
CREATE TABLE settlement.exposure_proposals (
    proposal_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    party_id bigint NOT NULL REFERENCES tenants.tenants,
    kind text NOT NULL CHECK (kind IN ('cap', 'deposit')),
    on_day date NOT NULL,                   -- from when a cap holds; when a deposit moved
    warning_yen bigint CHECK (warning_yen >= 0),
    refusal_yen bigint CHECK (refusal_yen >= 0),
    yen bigint CHECK (yen <> 0),            -- paid in (+) or back (-)
    reason text NOT NULL CHECK (reason <> ''),
    proposed_by text NOT NULL CHECK (proposed_by <> ''),
    proposed_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'proposed' CHECK (
        state IN ('proposed', 'approved', 'rejected', 'withdrawn')
    ),
    decided_by text,
    decided_at timestamptz,
    CHECK (warning_yen <= refusal_yen),
    CHECK ((kind = 'deposit') = (yen IS NOT NULL)),
    CHECK (kind = 'cap' OR num_nonnulls(warning_yen, refusal_yen) = 0),
    CHECK (num_nonnulls(decided_by, decided_at) = CASE state WHEN 'proposed' THEN 0 ELSE 2 END),
    CONSTRAINT exposure_four_eyes CHECK ((decided_by = proposed_by) = (state = 'withdrawn'))
);
-- One of a kind waits at a time: a button that is pressed twice proposes once.
CREATE UNIQUE INDEX exposure_proposals_waiting ON settlement.exposure_proposals (party_id, kind)
WHERE state = 'proposed';
CREATE INDEX exposure_proposals_of_party ON settlement.exposure_proposals (party_id, proposal_id);

ALTER TABLE settlement.exposure_proposals ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement.exposure_proposals FORCE ROW LEVEL SECURITY;
CREATE POLICY whole ON settlement.exposure_proposals FOR SELECT TO meguri_worker, meguri_auditor
USING (true);
CREATE POLICY propose ON settlement.exposure_proposals FOR INSERT TO meguri_worker WITH CHECK (true);
CREATE POLICY decide ON settlement.exposure_proposals FOR UPDATE TO meguri_worker USING (true);
GRANT SELECT, INSERT ON settlement.exposure_proposals TO meguri_worker;
GRANT UPDATE (state, decided_by, decided_at) ON settlement.exposure_proposals TO meguri_worker;
GRANT SELECT ON settlement.exposure_proposals TO meguri_auditor;
