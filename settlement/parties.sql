-- Whoever can owe or be owed.
SELECT party_id, code, kind, name, name_en FROM tenants.parties
