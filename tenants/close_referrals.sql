-- The friend has bought, or has not after all.
UPDATE tenants.referrals SET given_entry_id = r.given_entry_id
FROM json_to_recordset(%(referrals)s::json) AS r (friend_id bigint, given_entry_id bigint)
WHERE referrals.friend_id = r.friend_id
