-- What a member says from now on; of what it says nothing, what is agreed for all.
WITH said AS (
    SELECT kind, days
    FROM (
        VALUES ('expiry', %(expiry_days)s::smallint []), ('dormant', %(dormant_days)s::smallint [])
    ) AS told (kind, days)
),

gone AS (
    DELETE FROM tenants.member_reminders
    USING said
    WHERE
        member_reminders.member_id = %(member_id)s::bigint
        AND member_reminders.kind = said.kind
        AND said.days IS NULL
),

kept AS (
    INSERT INTO tenants.member_reminders (member_id, kind, days, changed_at)
    SELECT %(member_id)s::bigint, said.kind, said.days, %(now)s::timestamptz
    FROM said WHERE said.days IS NOT NULL
    ON CONFLICT (member_id, kind) DO UPDATE
        SET days = excluded.days, changed_at = excluded.changed_at
)

INSERT INTO tenants.member_languages (member_id, lang)
VALUES (%(member_id)s::bigint, %(lang)s::text)
ON CONFLICT (member_id) DO UPDATE SET lang = excluded.lang
