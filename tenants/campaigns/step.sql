-- A step of a campaign's life, from the state it was seen in; its author is not who reviews it.
UPDATE tenants.campaigns SET state = %(to_state)s::text
WHERE
    code = %(code)s::text
    AND state = %(from_state)s::text
    AND (%(to_state)s <> 'reviewed' OR author <> %(who)s::text)
RETURNING campaign_id
