-- Agree on a tenant's cap from a day on; no row where there is no such tenant.
INSERT INTO settlement.caps (
    version, party_id, from_on, warning_yen, refusal_yen, author, reason, agreed_at
)
SELECT
    (SELECT coalesce(max(caps.version), 0) + 1 FROM settlement.caps), parties.party_id,
    %(from_on)s::date, %(warning_yen)s::bigint, %(refusal_yen)s::bigint, %(author)s::text,
    %(reason)s::text, %(now)s::timestamptz
FROM tenants.parties
WHERE parties.code = %(party)s::text AND parties.kind = 'tenant'
RETURNING version
