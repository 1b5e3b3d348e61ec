-- What these entries had caused is due no more: what was booked is taken back, where it can be. Neither
-- the reward of a full card nor what is had once a year is about one sale.
UPDATE tenants.gifts
SET state = CASE gifts.state WHEN 'waiting' THEN 'void' ELSE 'undoing' END
FROM json_to_recordset(%(causes)s::json) AS c (member_id bigint, entry_id bigint),
    tenants.occasions
WHERE
    gifts.caused_by_member_id = c.member_id
    AND gifts.caused_by_entry_id = c.entry_id
    AND gifts.state IN ('waiting', 'booked')
    AND occasions.occasion_id = gifts.occasion_id
    AND occasions.kind IN ('referral', 'first-visit')
