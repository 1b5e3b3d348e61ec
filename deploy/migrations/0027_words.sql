-- What settlement calls what stands in the books, one word each. A pass over everything (proof.sql)
-- groups by the books' own words and asks for these once a cell, which takes less than half of what
-- asking at each of millions of draws took.
-- `in_stead`: for another funder than the lot's own; `took`: points left the lot.
CREATE OR REPLACE FUNCTION settlement.movement(
    source text, kind text, in_stead boolean, took boolean, breakage text
) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN source = 'lot' AND kind = 'changeover' THEN 'moved-in'
    WHEN source = 'lot' THEN 'granted'
    WHEN source = 'shortage' AND kind = 'reversal' THEN 'unshort'
    WHEN source = 'shortage' THEN 'short'
    WHEN kind = 'redemption' THEN 'used'
    WHEN kind = 'lapse' AND breakage = 'PROMO_FUND' THEN 'lapsed'
    WHEN kind = 'lapse' AND breakage = 'HUB_REVENUE' THEN 'lapsed-to-operator'
    WHEN kind = 'lapse' THEN 'lapsed-to-funder'
    WHEN kind = 'changeover' THEN 'moved-out'
    WHEN in_stead AND took THEN 'covered'
    WHEN in_stead THEN 'uncovered'
    WHEN kind = 'unreturn' AND took THEN 'used'
    WHEN kind = 'unreturn' THEN 'granted'
    WHEN took THEN 'recovered'
    ELSE 'restored'
END;

CREATE OR REPLACE FUNCTION settlement.kind_of(rule text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE split_part(rule, ':', 1)
    WHEN 'base' THEN 'base' WHEN 'campaign' THEN 'campaign' ELSE 'rank'
END;

CREATE OR REPLACE VIEW settlement.parts WITH (security_invoker = true) AS
SELECT
    parts.cycle_id, parts.booked_at, parts.member_id, parts.entry_id,
    settlement.movement(
        parts.source, parts.kind, parts.for_funder_id <> parts.funder_id, parts.points > 0,
        schemes.breakage
    ) AS movement,
    settlement.kind_of(
        CASE WHEN parts.for_funder_id <> parts.funder_id THEN parts.for_rule ELSE parts.rule END
    ) AS kind,
    schemes.funding, parts.funder_id,
    CASE
        WHEN parts.for_funder_id <> parts.funder_id THEN parts.for_funder_id ELSE parts.tenant_id
    END AS tenant_id,
    parts.business_date < cycles.first_on AS late,      -- 前期分
    abs(parts.points) AS points,
    parts.tenant_id AS at_tenant_id, parts.shop_id      -- where it happened
FROM (
    SELECT
        draws.cycle_id, draws.booked_at, draws.member_id, draws.entry_id, 'draw' AS source,
        draws.kind, draws.rule, draws.scheme_id, draws.funder_id, draws.for_funder_id,
        draws.for_rule, draws.tenant_id, draws.shop_id, draws.business_date, draws.points
    FROM federation.draws
    WHERE draws.kind <> 'merge'
    UNION ALL
    SELECT
        entries.cycle_id, entries.booked_at, lots.member_id, lots.entry_id, 'lot', entries.kind,
        lots.rule, lots.scheme_id, lots.funder_id, NULL, NULL, entries.tenant_id, entries.shop_id,
        entries.business_date, lots.points
    FROM federation.entries
    INNER JOIN federation.lots USING (member_id, entry_id)
    WHERE entries.kind <> 'merge'
    UNION ALL
    SELECT
        entries.cycle_id, entries.booked_at, entries.member_id, entries.entry_id, 'shortage',
        entries.kind, shortages.rule, shortages.scheme_id, shortages.funder_id, NULL, NULL,
        entries.tenant_id, entries.shop_id, entries.business_date, shortages.points
    FROM federation.entries
    INNER JOIN federation.shortages
        ON
            shortages.member_id = entries.member_id
            AND shortages.entry_id
            = CASE entries.kind WHEN 'reversal' THEN entries.of_entry_id ELSE entries.entry_id END
    WHERE
        entries.kind IN ('return', 'reversal')
        AND shortages.met = 'deducted'
        AND shortages.cycle_id > (SELECT old.cycle_id FROM settlement.shortages_after AS old)
) AS parts
INNER JOIN federation.cycles USING (cycle_id)
INNER JOIN tenants.schemes USING (scheme_id);
