-- A step of a campaign's life, from the state it was seen in; its author is not who reviews it, and
-- nobody reviews what has moved on since it was read.
UPDATE tenants.campaigns SET state = %(to_state)s::text
WHERE
    code = %(code)s::text
    AND state = %(from_state)s::text
    AND (%(to_state)s <> 'reviewed' OR author <> %(who)s::text)
    AND (%(steps)s::bigint IS NULL OR %(steps)s = (
        SELECT count(*) FROM tenants.campaign_steps
        INNER JOIN tenants.campaigns AS versions USING (campaign_id)
        WHERE versions.code = %(code)s::text
    ))
RETURNING campaign_id
