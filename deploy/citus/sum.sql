-- What each funder's points did in a cycle, as one pass over all draws and lots: the pass by which a
-- close is proved, and by which positions are made anew.
--
-- Stays on the machines: `settlement.parts` joins entries and lots by member and reads draws by
-- member, all of one group, cycles and schemes from the copies; so each shard groups its own rows by
-- cell. The coordinator gets, per shard, at most as many rows as there are cells (some 90,000 for 300
-- tenants), and adds them up: no draw and no lot crosses the network.
SELECT funder_id, tenant_id, movement, kind, funding, late, sum(points)::bigint AS points
FROM settlement.parts
WHERE cycle_id = %(cycle_id)s::integer AND booked_at >= %(since)s::timestamptz
GROUP BY funder_id, tenant_id, movement, kind, funding, late
