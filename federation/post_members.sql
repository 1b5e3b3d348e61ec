-- Members who have left, become one with another, or are two again; and what their carriers do then.
WITH member AS (
    UPDATE federation.members
    SET
        state = m.state,
        merged_into = m.merged_into,
        left_at = CASE WHEN m.state <> 'active' THEN %(booked_at)s::timestamptz END
    FROM json_to_recordset(%(members)s::json) AS m (
        member_id bigint, state text, merged_into bigint
    )
    WHERE members.member_id = m.member_id
),

heir AS (        -- who had become one with a member that is now merged goes on to the same heir
    UPDATE federation.members
    SET merged_into = m.merged_into, led_to = members.led_to || m.member_id
    FROM json_to_recordset(%(members)s::json) AS m (
        member_id bigint, state text, merged_into bigint
    )
    WHERE m.state = 'merged' AND members.merged_into = m.member_id
),

back AS (        -- and comes back with a member that stands alone again
    UPDATE federation.members
    SET merged_into = m.member_id, led_to = members.led_to[:cardinality(members.led_to) - 1]
    FROM json_to_recordset(%(members)s::json) AS m (member_id bigint, state text)
    WHERE m.state = 'active' AND members.led_to[cardinality(members.led_to)] = m.member_id
),

stopped AS (
    UPDATE federation.carriers
    SET state = 'stopped'
    FROM json_to_recordset(%(members)s::json) AS m (member_id bigint, state text)
    WHERE m.state = 'withdrawn' AND carriers.member_id = m.member_id
),

merged AS (
    UPDATE federation.carriers
    SET member_id = m.merged_into, led_to = carriers.led_to || m.member_id
    FROM json_to_recordset(%(members)s::json) AS m (
        member_id bigint, state text, merged_into bigint
    )
    WHERE m.state = 'merged' AND carriers.member_id = m.member_id
)

UPDATE federation.carriers
SET member_id = m.member_id, led_to = carriers.led_to[:cardinality(carriers.led_to) - 1]
FROM json_to_recordset(%(members)s::json) AS m (member_id bigint, state text)
WHERE m.state = 'active' AND carriers.led_to[cardinality(carriers.led_to)] = m.member_id
