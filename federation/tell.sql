-- A change, noticed once for each tenant that it concerns.
INSERT INTO federation.notices (tenant_id, kind, content)
SELECT told.tenant_id, %(kind)s::text, %(content)s::text
FROM unnest(%(tenants)s::bigint []) AS told (tenant_id)
