-- A tenant passed a level, and by what it was judged.
INSERT INTO settlement.exposure_levels (
    party_id, number, level, owed_yen, prefunded_yen, exposure_yen, warning_yen, refusal_yen, author,
    reason, at
)
VALUES (
    %(party_id)s::bigint,
    (
        SELECT coalesce(max(earlier.number), 0) + 1
        FROM settlement.exposure_levels AS earlier
        WHERE earlier.party_id = %(party_id)s
    ),
    %(level)s::text, %(owed_yen)s::bigint, %(prefunded_yen)s::bigint, %(exposure_yen)s::bigint,
    %(warning_yen)s::bigint, %(refusal_yen)s::bigint, %(author)s::text, %(reason)s::text,
    %(now)s::timestamptz
)
