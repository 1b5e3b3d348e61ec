-- 証明書に結び付くトークン: the certificate (SHA-256 of its DER) that a client's tokens are bound to
-- (RFC 8705), and the one before it, which is taken a while longer.
ALTER TABLE auth.clients ADD COLUMN certificate_sha256 bytea;
ALTER TABLE auth.clients ADD COLUMN old_certificate_sha256 bytea;
ALTER TABLE auth.clients ADD COLUMN old_certificate_until timestamptz;
ALTER TABLE auth.clients ADD CONSTRAINT clients_certificates_check CHECK (
    coalesce(length(certificate_sha256), 32) = 32
    AND coalesce(length(old_certificate_sha256), 32) = 32
) NOT VALID;
-- A certificate lies beside a key that keeps: an app on a member's phone has none.
ALTER TABLE auth.clients ADD CONSTRAINT clients_certified_check
CHECK (certificate_sha256 IS NULL OR method <> 'none') NOT VALID;

GRANT SELECT (certificate_sha256, old_certificate_sha256, old_certificate_until) ON auth.clients
TO meguri_worker, meguri_auditor;
GRANT UPDATE (certificate_sha256, old_certificate_sha256, old_certificate_until) ON auth.clients
TO meguri_worker;
