-- Take the place of whoever follows the journal, until the transaction ends: how far it was followed,
-- and how far it leads.
SELECT followed.number, coalesce((SELECT max(journal.number) FROM federation.journal), 0) AS head
FROM tenants.followed
WHERE followed.follower = 'bonuses'
FOR UPDATE
