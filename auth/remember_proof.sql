-- No row: it was shown before.
INSERT INTO auth.proofs (proof_sha256, expires_at) VALUES (%(proof_sha256)s, %(expires_at)s)
ON CONFLICT DO NOTHING
