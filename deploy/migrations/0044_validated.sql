-- The wider laws of 0034, 0037, 0038 and 0040 hold for the old rows too: scans of their own, apart from
-- the locks that brought them, beside which every till goes on booking.
ALTER TABLE tenants.funding_shares VALIDATE CONSTRAINT funding_shares_funder_check;
ALTER TABLE tenants.consents VALIDATE CONSTRAINT consents_how_check;
ALTER TABLE tenants.acts VALIDATE CONSTRAINT acts_what_check;
ALTER TABLE federation.wallets VALIDATE CONSTRAINT wallets_state_check;
ALTER TABLE settlement.flows VALIDATE CONSTRAINT flows_kind_check;
ALTER TABLE settlement.positions VALIDATE CONSTRAINT positions_kind_check;
ALTER TABLE federation.entries VALIDATE CONSTRAINT entries_kind_check;
