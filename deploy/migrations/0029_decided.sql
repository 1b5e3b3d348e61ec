-- What a decided dispute left stands in the next cycle's statements and sealed file; and papers are
-- issued as 速報 until their cycle is approved, then as 確定 with the names of those who did it.

-- 調整行: since now in the statement itself, under a code of the party's own; of a fee with the rate
-- that it was taxed at. What stood there before stays beside its statement.
ALTER TABLE settlement.adjustments ADD COLUMN in_statement boolean NOT NULL DEFAULT false;
ALTER TABLE settlement.adjustments ADD COLUMN code smallint;
ALTER TABLE settlement.adjustments ADD COLUMN tax_bp integer;
ALTER TABLE settlement.adjustments ADD CONSTRAINT adjustments_in_statement_check CHECK (
    NOT in_statement OR (kind IN ('released', 'corrected') AND code IS NOT NULL)
) NOT VALID;
ALTER TABLE settlement.adjustments ADD CONSTRAINT adjustments_tax_bp_check
CHECK (tax_bp BETWEEN 0 AND 10000) NOT VALID;
-- squawk-ignore ban-drop-constraint
ALTER TABLE settlement.adjustments DROP CONSTRAINT adjustments_dispute_id_reference_party_id_kind_key;
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX adjustments_once ON settlement.adjustments (
    dispute_id, reference, party_id, kind, code
) NULLS NOT DISTINCT;

-- 前期分調整 that a dispute left: of which cycle, and whether it was held or is corrected.
ALTER TABLE settlement.lines ADD COLUMN of_cycle_id integer;
ALTER TABLE settlement.lines ADD COLUMN settles text;
ALTER TABLE settlement.lines ADD COLUMN tax_bp integer;
ALTER TABLE settlement.lines ADD CONSTRAINT lines_settles_check CHECK (
    (settles IS NULL) = (of_cycle_id IS NULL)
    AND (settles IS NULL OR code = 401)
    AND settles IN ('released', 'corrected')
    AND of_cycle_id < cycle_id
) NOT VALID;
DROP INDEX settlement.lines_once;  -- squawk-ignore require-concurrent-index-deletion
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX lines_once ON settlement.lines (
    cycle_id, party_id, code, original, carry, of_cycle_id, settles
) NULLS NOT DISTINCT;

-- What was decided, as it is sealed: one line of the sealed file a line.
ALTER TABLE settlement.conditions ADD COLUMN adjustments text;

-- 版: a paper shows who approved, or that nobody has; what was issued before it could is final.
ALTER TABLE settlement.papers ADD COLUMN edition text NOT NULL DEFAULT 'final';
ALTER TABLE settlement.papers ADD COLUMN plan smallint;  -- whose approval it shows
ALTER TABLE settlement.papers ADD CONSTRAINT papers_edition_check CHECK (
    edition IN ('provisional', 'final')
) NOT VALID;
