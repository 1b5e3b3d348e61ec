-- Add acts to the trail. Who could not show who it was is noted where it named one of ours.
INSERT INTO audit.acts (
    at, request, actor, person_id, proved, tenant_id, address, verb, needs, status, kind, object,
    reason, slip, amount_yen, party, cycle
)
SELECT
    told.at, told.request, told.actor, told.person_id, told.proved,
    coalesce(told.tenant_id, clients.tenant_id), told.address, told.verb, told.needs, told.status,
    told.kind, told.object, told.reason, told.slip, told.amount_yen, told.party, told.cycle
FROM jsonb_to_recordset(%(acts)s::text::jsonb) AS told (
    at timestamptz, request text, actor text, person_id text, proved boolean, tenant_id bigint,
    address text, verb text, needs text, status smallint, kind text, object text, reason text,
    slip text, amount_yen bigint, party text, cycle text
)
LEFT JOIN auth.clients ON clients.client_id = told.actor
WHERE told.proved OR told.person_id IS NOT NULL OR clients.client_id IS NOT NULL
ORDER BY told.at
