-- 検索: acts of a span of days, newest first, by whatever is named.
SELECT
    acts.act_id, acts.at, acts.request, acts.actor, acts.person_id, acts.proved, parties.code AS tenant,
    acts.address, acts.verb, acts.needs, acts.status, acts.kind, acts.object, acts.reason, acts.slip,
    acts.amount_yen, acts.party, acts.cycle
FROM audit.acts
LEFT JOIN tenants.parties ON parties.party_id = acts.tenant_id
WHERE
    acts.at >= %(from_at)s::timestamptz AND acts.at < %(to_at)s::timestamptz
    AND (%(before)s::bigint IS NULL OR acts.act_id < %(before)s::bigint)
    AND (%(actor)s::text IS NULL OR acts.actor = %(actor)s::text OR acts.person_id = %(actor)s::text)
    AND (%(tenant)s::text IS NULL OR parties.code = %(tenant)s::text)
    AND (%(verb)s::text IS NULL OR position(lower(%(verb)s::text) IN lower(acts.verb)) > 0)
    AND (%(kind)s::text IS NULL OR acts.kind = %(kind)s::text)
    AND (%(object)s::text IS NULL OR acts.object = %(object)s::text)
    AND (%(party)s::text IS NULL OR acts.party = %(party)s::text)
    AND (%(cycle)s::text IS NULL OR acts.cycle = %(cycle)s::text)
    AND (%(least_yen)s::bigint IS NULL OR abs(acts.amount_yen) >= %(least_yen)s::bigint)
    AND (%(most_yen)s::bigint IS NULL OR abs(acts.amount_yen) <= %(most_yen)s::bigint)
    AND (NOT %(refused)s::boolean OR acts.status >= 400)
ORDER BY acts.act_id DESC
LIMIT %(most)s::bigint
