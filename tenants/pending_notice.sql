-- The version of a notice that a member has not answered yet: newer than the last they answered, and
-- than the one that was in force when they joined.
SELECT notices.notice, notices.version, notices.from_on, notices.words, notices.words_en
FROM tenants.notices
INNER JOIN federation.members ON members.member_id = %(member_id)s::bigint
WHERE
    notices.notice = %(notice)s::text
    AND notices.from_on <= %(today)s::date
    AND notices.version > greatest(
        (
            SELECT max(consents.version)
            FROM tenants.consents
            WHERE consents.member_id = members.member_id AND consents.notice = notices.notice
        ),
        (
            SELECT max(known.version)
            FROM tenants.notices AS known
            WHERE known.notice = notices.notice AND known.from_on <= members.joined_on
        ),
        0
    )
ORDER BY notices.version DESC
LIMIT 1
