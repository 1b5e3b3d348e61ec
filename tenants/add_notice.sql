-- The next version of what members are told.
INSERT INTO tenants.notices (notice, version, from_on, words, words_en, author, reason)
SELECT
    %(notice)s::text, coalesce(max(notices.version), 0) + 1, %(from_on)s::date, %(words)s::text,
    %(words_en)s::text, %(author)s::text, %(reason)s::text
FROM tenants.notices WHERE notices.notice = %(notice)s::text
RETURNING version
