-- A code that earns and never pays: it is used from its beginning.
INSERT INTO federation.codes (code, member_id, issued_at, expires_at, used_at)
VALUES (
    %(code)s::text, %(member_id)s::bigint, %(now)s::timestamptz, %(expires_at)s::timestamptz,
    %(now)s::timestamptz
)
