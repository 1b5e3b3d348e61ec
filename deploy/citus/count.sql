-- How many entries stand in each line of each statement of a cycle, as settlement/count.sql counts.
--
-- There `count(DISTINCT entry_id)` would send every entry of every line to the coordinator, since the
-- number is not what the books are spread by. An entry is one member's: grouped by member and entry
-- first, which each shard can do alone, the outer count is a plain one. The coordinator gets, per
-- shard, one row per line of a statement. Parties stay numbers here; their codes are joined from the
-- few rows that arrive.
SELECT party_id, code, original, count(*) AS entries
FROM (
    SELECT
        parts.member_id, parts.entry_id,
        CASE put.role
            WHEN 'funder' THEN parts.funder_id
            WHEN 'tenant' THEN parts.tenant_id
            ELSE put.party_id
        END AS party_id,
        CASE WHEN parts.late AND put.sign <> 0 THEN %(late)s::integer ELSE put.code END AS code,
        CASE WHEN parts.late AND put.sign <> 0 THEN put.code ELSE 0 END AS original
    FROM settlement.parts
    INNER JOIN json_to_recordset(%(puts)s::json) AS put (
        funding text, movement text, kind text, role text, code integer, sign integer,
        party_id bigint
    ) USING (funding, movement, kind)
    WHERE parts.cycle_id = %(cycle_id)s::integer AND parts.booked_at >= %(since)s::timestamptz
    GROUP BY 1, 2, 3, 4, 5
) AS met
GROUP BY party_id, code, original
