-- What telling each field is worth on a day.
SELECT DISTINCT ON (rewards.field)
    rewards.field, rewards.points, rewards.funder_id, parties.code AS funder
FROM tenants.profile_rewards AS rewards
INNER JOIN tenants.parties ON parties.party_id = rewards.funder_id
WHERE rewards.from_on <= %(today)s::date
ORDER BY rewards.field, rewards.from_on DESC
