-- The wider laws since 0044, and those that it left, hold for the old rows too: scans of their own, apart
-- from the locks that brought them, beside which every till goes on booking.
ALTER TABLE auth.clients VALIDATE CONSTRAINT clients_audience_check;
ALTER TABLE auth.clients VALIDATE CONSTRAINT clients_certificates_check;
ALTER TABLE auth.clients VALIDATE CONSTRAINT clients_certified_check;
ALTER TABLE auth.clients VALIDATE CONSTRAINT clients_members_check;
ALTER TABLE auth.clients VALIDATE CONSTRAINT clients_method_check;
ALTER TABLE auth.clients VALIDATE CONSTRAINT clients_public_check;
ALTER TABLE auth.clients VALIDATE CONSTRAINT clients_redirects_check;
ALTER TABLE federation.carriers VALIDATE CONSTRAINT carriers_kind_check;
ALTER TABLE federation.wallets VALIDATE CONSTRAINT wallets_gone_check;
ALTER TABLE settlement.adjustments VALIDATE CONSTRAINT adjustments_in_statement_check;
ALTER TABLE settlement.adjustments VALIDATE CONSTRAINT adjustments_tax_bp_check;
ALTER TABLE settlement.lines VALIDATE CONSTRAINT lines_settles_check;
ALTER TABLE settlement.papers VALIDATE CONSTRAINT papers_edition_check;
ALTER TABLE tenants.benefit_uses VALIDATE CONSTRAINT benefit_uses_card_check;
ALTER TABLE tenants.benefit_uses VALIDATE CONSTRAINT benefit_uses_undone_check;
ALTER TABLE tenants.campaigns VALIDATE CONSTRAINT campaigns_state_check;
ALTER TABLE tenants.pace_stops VALIDATE CONSTRAINT pace_stops_why_check;
ALTER TABLE tenants.paces VALIDATE CONSTRAINT paces_accruals_check;

-- What was done about people is kept as the trail is: only ever added to, whoever asks.
CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON auth.people_log EXECUTE FUNCTION audit.keep();
ALTER TABLE auth.people_log ENABLE ALWAYS TRIGGER keep;
