-- The next letters, each with where it goes and whether it is wanted.
SELECT
    letters.notice_id, notices.member_id, notices.occasion, notices.kind, notices.facts,
    letters.tries, profiles.email, profiles.name, coalesce(languages.lang, 'ja') AS lang,
    coalesce(choices.wanted, true) AS wanted, wallets.state
FROM tenants.letters
INNER JOIN tenants.member_notices AS notices USING (notice_id)
INNER JOIN federation.wallets USING (member_id)
LEFT JOIN federation.profiles USING (member_id)
LEFT JOIN tenants.member_languages AS languages USING (member_id)
LEFT JOIN tenants.mail_choices AS choices
    ON choices.member_id = notices.member_id AND choices.kind = notices.kind
WHERE letters.state = 'waiting' AND letters.due_at <= %(now)s::timestamptz
ORDER BY letters.due_at, letters.notice_id
LIMIT %(most)s::integer
