-- The sealer hashes what a return left short, as whoever checks the journal does: the grant was there
-- from the first, but no policy, so that it saw none. Found by the storm.
CREATE POLICY whole_sealer ON federation.shortages FOR SELECT TO meguri_sealer USING (true);
