-- What levels say of settings, each word with its author and reason.
INSERT INTO tenants.settings (
    setting_id, level, of_id, tenant_id, key, from_on, value, author, reason, decided_at
)
SELECT
    nextval('tenants.ids'), said.level, said.of_id, said.tenant_id, said.key, said.from_on,
    nullif(said.value, 'null'::jsonb), said.author, said.reason, %(now)s::timestamptz
FROM json_to_recordset(%(said)s::json) AS said (
    level text, of_id bigint, tenant_id bigint, key text, from_on date, value jsonb, author text,
    reason text
)
