SELECT
    token.grant_id, token.expires_at, token.used_at,
    allowed.member_id, allowed.scopes, allowed.jkt, allowed.given_at, allowed.ends_at,
    allowed.ended_at
FROM auth.refresh_tokens AS token
INNER JOIN auth.grants AS allowed ON allowed.grant_id = token.grant_id
WHERE token.token_sha256 = %(token_sha256)s
