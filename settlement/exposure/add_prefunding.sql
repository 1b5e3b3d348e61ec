-- A movement of a tenant's deposit, with what is then there; no row where there is no such tenant.
INSERT INTO settlement.prefunding (
    party_id, number, moved_on, yen, balance_yen, author, reason, entered_at
)
SELECT
    parties.party_id, coalesce(latest.number, 0) + 1, %(moved_on)s::date, %(yen)s::bigint,
    coalesce(latest.balance_yen, 0) + %(yen)s, %(author)s::text, %(reason)s::text,
    %(now)s::timestamptz
FROM tenants.parties
LEFT JOIN LATERAL (
    SELECT prefunding.number, prefunding.balance_yen
    FROM settlement.prefunding
    WHERE prefunding.party_id = parties.party_id
    ORDER BY prefunding.number DESC
    LIMIT 1
) AS latest ON true
WHERE parties.code = %(party)s::text AND parties.kind = 'tenant'
RETURNING balance_yen
