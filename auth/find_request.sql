SELECT content FROM auth.requests
WHERE request_sha256 = %(request_sha256)s AND member_id IS NULL AND expires_at > %(now)s
