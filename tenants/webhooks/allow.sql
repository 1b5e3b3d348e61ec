INSERT INTO tenants.webhook_allowances (host, port, address, author, reason, allowed_at)
VALUES (
    %(host)s::text, %(port)s::integer, %(address)s::inet, %(author)s::text, %(reason)s::text,
    %(now)s::timestamptz
)
