-- And of every profile that stands.
ALTER TABLE settlement.bank_profiles VALIDATE CONSTRAINT bank_profiles_payer_fees_yen_check;
