-- The version of a notice that is in force on a day.
SELECT notice, version, from_on, words, words_en
FROM tenants.notices
WHERE notice = %(notice)s::text AND from_on <= %(today)s::date
ORDER BY version DESC
LIMIT 1
