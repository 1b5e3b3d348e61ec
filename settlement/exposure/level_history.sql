-- Every level that a tenant passed, the latest first.
SELECT number, level, owed_yen, prefunded_yen, exposure_yen, warning_yen, refusal_yen, author, reason, at
FROM settlement.exposure_levels
WHERE party_id = %(party_id)s::bigint
ORDER BY number DESC
