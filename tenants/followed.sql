-- So far was the journal followed.
UPDATE tenants.followed SET number = %(number)s::bigint
WHERE follower = 'bonuses'
