-- What a member allowed, and the one code that fetches it.
WITH given AS (
    INSERT INTO auth.grants (
        grant_id, client_id, tenant_id, member_id, scopes, given_at, ends_at
    )
    VALUES (
        %(grant_id)s, %(client_id)s, %(tenant_id)s, %(member_id)s, %(scopes)s, %(now)s, %(ends_at)s
    )
)
INSERT INTO auth.codes (
    code_sha256, client_id, grant_id, redirect_uri, challenge, jkt, expires_at
)
VALUES (
    %(code_sha256)s, %(client_id)s, %(grant_id)s, %(redirect_uri)s, %(challenge)s, %(jkt)s,
    %(expires_at)s
)
