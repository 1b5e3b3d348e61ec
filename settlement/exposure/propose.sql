-- Propose a cap or a movement of a deposit; no row where there is no such tenant.
INSERT INTO settlement.exposure_proposals (
    party_id, kind, on_day, warning_yen, refusal_yen, yen, reason, proposed_by, proposed_at
)
SELECT
    parties.party_id, %(kind)s::text, %(on_day)s::date, %(warning_yen)s::bigint,
    %(refusal_yen)s::bigint, %(yen)s::bigint, %(reason)s::text, %(who)s::text, %(now)s::timestamptz
FROM tenants.parties
WHERE parties.code = %(party)s::text AND parties.kind = 'tenant'
RETURNING proposal_id
