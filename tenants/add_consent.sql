-- What a member agreed to, or took back, of a version that is in force or was.
INSERT INTO tenants.consents (member_id, notice, version, given, how, client_id, at)
SELECT
    %(member_id)s::bigint, notices.notice, notices.version, %(given)s::boolean, %(how)s::text,
    %(client_id)s::text, %(now)s::timestamptz
FROM tenants.notices
WHERE
    notices.notice = %(notice)s::text AND notices.version = %(version)s::smallint
    AND notices.from_on <= %(today)s::date
