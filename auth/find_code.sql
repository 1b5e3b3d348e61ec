SELECT
    code.grant_id, code.redirect_uri, code.challenge, code.jkt, code.expires_at, code.used_at,
    allowed.member_id, allowed.scopes, allowed.ends_at, allowed.ended_at
FROM auth.codes AS code
INNER JOIN auth.grants AS allowed ON allowed.grant_id = code.grant_id
WHERE code.code_sha256 = %(code_sha256)s
