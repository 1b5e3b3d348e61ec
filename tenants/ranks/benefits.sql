-- The version of each benefit that counts on a day.
SELECT DISTINCT ON (benefits.benefit)
    benefits.benefit, benefits.from_on, benefits.rank, ranks.place, benefits.name,
    benefits.name_en, benefits.funder_id, parties.code AS funder, benefits.per_day,
    benefits.per_month
FROM tenants.benefits
INNER JOIN tenants.ranks USING (rank)
INNER JOIN tenants.parties ON parties.party_id = benefits.funder_id
WHERE benefits.from_on <= %(day)s::date
ORDER BY benefits.benefit, benefits.from_on DESC
