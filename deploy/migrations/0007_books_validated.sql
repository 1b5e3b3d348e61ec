-- The laws that 0006 states for new rows hold for the old ones too: a scan of its own, apart from the lock.
ALTER TABLE federation.wallets VALIDATE CONSTRAINT wallets_next_expiring_points_check;
ALTER TABLE federation.wallets VALIDATE CONSTRAINT wallets_next_expires_on_check;
ALTER TABLE federation.entries VALIDATE CONSTRAINT entries_kind_check;
ALTER TABLE federation.members VALIDATE CONSTRAINT members_merged_into_check;
