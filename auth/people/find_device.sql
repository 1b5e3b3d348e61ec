UPDATE auth.devices SET seen_at = %(now)s::timestamptz
WHERE device_sha256 = %(device_sha256)s::bytea AND member_id = %(member_id)s::bigint
