-- Whether a tenant may give points of its own, from now on.
INSERT INTO tenants.granting (tenant_id, number, stopped, author, reason, decided_at)
VALUES (
    %(tenant_id)s::bigint,
    (
        SELECT coalesce(max(earlier.number), 0) + 1
        FROM tenants.granting AS earlier
        WHERE earlier.tenant_id = %(tenant_id)s
    ),
    %(stopped)s::boolean, %(author)s::text, %(reason)s::text, %(now)s::timestamptz
)
