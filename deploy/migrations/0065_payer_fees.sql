-- Transfer fees that payers of the operator's may deduct from what they transfer (domain 4.5b): what
-- is missing from a payment by just that is a fee, and no part payment. Dated, as the whole profile.
ALTER TABLE settlement.bank_profiles ADD COLUMN payer_fees_yen integer [] NOT NULL DEFAULT '{}';
ALTER TABLE settlement.bank_profiles ADD CONSTRAINT bank_profiles_payer_fees_yen_check
CHECK (cardinality(payer_fees_yen) <= 20 AND 0 < ALL(payer_fees_yen)) NOT VALID;
