-- The cells of a slice of the journal, for the roller: settlement/roll.sql without what it writes.
--
-- The journal lies on the coordinator, so its slice (20,000 keys) goes to every machine once, as an
-- intermediate result; each shard joins its own rows to it by member, entry and instant, which is the
-- key of entries, and groups. There a LATERAL per entry would ask the machines 20,000 times. The
-- coordinator gets, per shard, the cells of the slice, and writes positions, counts and the mark by
-- itself, in the same transaction.
WITH slice AS MATERIALIZED (
    SELECT member_id, entry_id, booked_at FROM federation.journal
    WHERE number > %(after)s::bigint AND number <= %(upto)s::bigint
)

SELECT
    parts.cycle_id, parts.funder_id, parts.tenant_id, parts.movement, parts.kind, parts.funding,
    parts.late, sum(parts.points)::bigint AS points
FROM settlement.parts
INNER JOIN slice USING (member_id, entry_id, booked_at)
WHERE parts.booked_at BETWEEN %(since)s::timestamptz AND %(till)s::timestamptz
GROUP BY
    parts.cycle_id, parts.funder_id, parts.tenant_id, parts.movement, parts.kind, parts.funding,
    parts.late
