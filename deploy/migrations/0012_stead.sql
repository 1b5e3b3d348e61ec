-- What settlement sees since the books are whole: points taken in another grant's stead (返品充当) are
-- for the party whose grant it was, an undone return uses them again, a merge moves no yen.
ALTER TABLE settlement.flows DROP CONSTRAINT flows_movement_check;  -- squawk-ignore ban-drop-constraint
ALTER TABLE settlement.flows ADD CONSTRAINT flows_movement_check CHECK (
    movement IN (
        'granted', 'used', 'restored', 'recovered', 'covered', 'uncovered', 'lapsed', 'moved-out',
        'moved-in'
    )
) NOT VALID;

CREATE OR REPLACE VIEW settlement.parts WITH (security_invoker = true) AS
SELECT
    parts.cycle_id, parts.booked_at, parts.member_id, parts.entry_id, parts.movement,
    CASE split_part(parts.rule, ':', 1)
        WHEN 'base' THEN 'base' WHEN 'campaign' THEN 'campaign' ELSE 'rank'
    END AS kind,
    schemes.funding, parts.funder_id, parts.tenant_id,
    parts.business_date < cycles.first_on AS late,      -- 前期分
    parts.points
FROM (
    SELECT
        draws.cycle_id, draws.booked_at, draws.member_id, draws.entry_id,
        CASE
            WHEN draws.kind = 'redemption' THEN 'used'
            WHEN draws.kind = 'lapse' THEN 'lapsed'
            WHEN draws.kind = 'changeover' THEN 'moved-out'
            WHEN draws.for_funder_id <> draws.funder_id AND draws.points > 0 THEN 'covered'
            WHEN draws.for_funder_id <> draws.funder_id THEN 'uncovered'
            WHEN draws.kind = 'unreturn' AND draws.points > 0 THEN 'used'
            WHEN draws.kind = 'unreturn' THEN 'granted'
            WHEN draws.points < 0 THEN 'restored'
            ELSE 'recovered'
        END AS movement,
        CASE
            WHEN draws.for_funder_id <> draws.funder_id THEN draws.for_rule ELSE draws.rule
        END AS rule,
        draws.scheme_id, draws.funder_id,
        CASE
            WHEN draws.for_funder_id <> draws.funder_id THEN draws.for_funder_id
            ELSE draws.tenant_id
        END AS tenant_id,
        draws.business_date,
        abs(draws.points) AS points
    FROM federation.draws
    WHERE draws.kind <> 'merge'
    UNION ALL
    SELECT
        entries.cycle_id, entries.booked_at, lots.member_id, lots.entry_id,
        CASE entries.kind WHEN 'changeover' THEN 'moved-in' ELSE 'granted' END,
        lots.rule, lots.scheme_id, lots.funder_id, entries.tenant_id, entries.business_date,
        lots.points
    FROM federation.entries
    INNER JOIN federation.lots USING (member_id, entry_id)
    WHERE entries.kind <> 'merge'
) AS parts
INNER JOIN federation.cycles USING (cycle_id)
INNER JOIN tenants.schemes USING (scheme_id);

-- A party also sees where another's points paid for its own grant.
CREATE POLICY stead ON federation.draws FOR SELECT TO meguri_app
USING (for_funder_id = federation.reader());
