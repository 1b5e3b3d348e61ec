-- Members whose last visit was on a day, with those who have become one with them.
INSERT INTO tenants.member_notices (member_id, occasion, kind, facts, due_at)
SELECT DISTINCT
    wallets.member_id, format('dormant/%%s', %(last_on)s::date), 'campaign',
    jsonb_build_object('last_on', %(last_on)s::date, 'days', %(days)s::integer),
    %(now)s::timestamptz
FROM tenants.rank_basis AS basis
INNER JOIN federation.members USING (member_id)
INNER JOIN federation.wallets
    ON wallets.member_id = coalesce(members.merged_into, members.member_id)
LEFT JOIN tenants.member_reminders AS own
    ON own.member_id = wallets.member_id AND own.kind = 'dormant'
WHERE
    basis.business_date = %(last_on)s::date
    AND coalesce(%(days)s::integer = ANY(own.days), %(agreed)s::boolean)
    AND basis.spend_yen > 0
    AND wallets.state = 'active'
    AND NOT EXISTS (
        SELECT FROM tenants.rank_basis AS later
        WHERE
            later.member_id IN (
                SELECT kin.member_id FROM federation.members AS kin
                WHERE kin.member_id = wallets.member_id OR kin.merged_into = wallets.member_id
            )
            AND later.business_date > %(last_on)s::date
            AND later.spend_yen > 0
    )
ON CONFLICT (member_id, occasion) DO NOTHING
