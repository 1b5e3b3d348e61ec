-- Another version of a benefit; its funder is a party by its code.
INSERT INTO tenants.benefits (
    benefit, from_on, rank, name, name_en, funder_id, per_day, per_month, author, reason
)
SELECT
    %(benefit)s::text, %(from_on)s::date, %(rank)s::text, %(name)s::text, %(name_en)s::text,
    parties.party_id, %(per_day)s::smallint, %(per_month)s::smallint, %(author)s::text,
    %(reason)s::text
FROM tenants.parties
WHERE parties.code = %(funder)s::text
