-- What a member said of the language, and of the days of its reminders.
SELECT
    coalesce((
        SELECT lang FROM tenants.member_languages WHERE member_id = %(member_id)s::bigint
    ), 'ja') AS lang,
    (
        SELECT days FROM tenants.member_reminders
        WHERE member_id = %(member_id)s::bigint AND kind = 'expiry'
    ) AS expiry_days,
    (
        SELECT days FROM tenants.member_reminders
        WHERE member_id = %(member_id)s::bigint AND kind = 'dormant'
    ) AS dormant_days
