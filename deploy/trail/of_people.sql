-- 検索: what was done about people in a span of days, newest first, by whatever is named.
SELECT
    log.log_id, log.at, log.what, log.who, log.person_id, people.login, log.member_id, log.told,
    log.address
FROM auth.people_log AS log
LEFT JOIN auth.people ON people.person_id = log.person_id
WHERE
    log.at >= %(from_at)s::timestamptz AND log.at < %(to_at)s::timestamptz
    AND (%(before)s::bigint IS NULL OR log.log_id < %(before)s::bigint)
    AND (%(what)s::text IS NULL OR log.what = %(what)s::text)
    AND (%(who)s::text IS NULL OR log.who = %(who)s::text)
    AND (
        %(person)s::text IS NULL
        OR log.person_id = %(person)s::text
        OR people.login = %(person)s::text
    )
    AND (%(member_id)s::bigint IS NULL OR log.member_id = %(member_id)s::bigint)
    AND (%(address)s::text IS NULL OR log.address = %(address)s::text)
ORDER BY log.log_id DESC
LIMIT %(most)s::bigint
