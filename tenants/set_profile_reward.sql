-- What telling a field is worth from a day on, who pays, by whom and why.
INSERT INTO tenants.profile_rewards (field, from_on, points, funder_id, author, reason)
SELECT
    %(field)s::text, %(from_on)s::date, %(points)s::bigint, parties.party_id, %(author)s::text,
    %(reason)s::text
FROM tenants.parties
WHERE parties.code = %(funder)s::text
ON CONFLICT DO NOTHING
