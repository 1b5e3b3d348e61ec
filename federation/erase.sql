-- Who they were is erased of members who left long enough ago, and of those who had become one with
-- them: profiles, phones, LINE and external ids. Cards stay stopped, the books stay as they are.
WITH leaver AS (
    UPDATE federation.members
    SET erased_at = %(now)s::timestamptz
    WHERE
        state = 'withdrawn'
        AND erased_at IS NULL
        AND left_at <= %(before)s::timestamptz
    RETURNING member_id
),

gone AS (
    SELECT member_id FROM leaver
    UNION
    SELECT members.member_id
    FROM federation.members
    INNER JOIN leaver ON leaver.member_id = members.merged_into
),

profile AS (
    DELETE FROM federation.profiles
    USING gone
    WHERE profiles.member_id = gone.member_id
    RETURNING 1
),

carrier AS (
    DELETE FROM federation.carriers
    USING gone
    WHERE
        carriers.member_id = gone.member_id
        AND carriers.kind IN ('phone', 'line', 'external')
    RETURNING 1
)

SELECT
    (SELECT count(*) FROM leaver) AS members,
    (SELECT count(*) FROM profile) AS profiles,
    (SELECT count(*) FROM carrier) AS carriers
