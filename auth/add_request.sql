INSERT INTO auth.requests (
    request_sha256, client_id, content, member_id, pushed_sha256, expires_at
)
VALUES (
    %(request_sha256)s, %(client_id)s, %(content)s, %(member_id)s, %(pushed_sha256)s,
    %(expires_at)s
)
