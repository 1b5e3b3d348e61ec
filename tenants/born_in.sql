-- Members born in these months who have not had this fiscal year's birthday benefit, with the day of birth; in order, so that whoever asks again goes on behind
-- the last.
SELECT profiles.member_id, profiles.birth_on, members.joined_on
FROM federation.profiles
INNER JOIN federation.members USING (member_id)
WHERE
    profiles.member_id > %(after)s::bigint
    AND members.state = 'active'
    AND extract(MONTH FROM profiles.birth_on) = ANY(%(months)s::integer [])
    AND NOT EXISTS (
        SELECT FROM tenants.gifts
        WHERE gifts.slip = format('birthday/%%s/%%s', %(year)s::integer, profiles.member_id)
    )
ORDER BY profiles.member_id
LIMIT %(most)s::integer
