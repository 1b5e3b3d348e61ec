-- Members who have left or become one with another sign in no more.
WITH gone AS (
    SELECT logins.member_id FROM auth.member_logins AS logins
    INNER JOIN federation.members ON members.member_id = logins.member_id
    WHERE members.state <> 'active'
),

devices AS (
    DELETE FROM auth.devices USING gone WHERE devices.member_id = gone.member_id
),

sessions AS (
    DELETE FROM auth.sessions USING gone WHERE sessions.member_id = gone.member_id
)

DELETE FROM auth.member_logins USING gone WHERE member_logins.member_id = gone.member_id
