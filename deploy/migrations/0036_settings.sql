-- A law is widened: terms may leave a word to the levels above. Nothing waits for what is new here.
-- squawk-ignore-file ban-drop-not-null, ban-drop-constraint, constraint-missing-not-valid

-- What a level says of a setting from a business date on; the nearest level to a shop wins. `value`
-- NULL ends what the level said: it inherits again. Of one level, key and day the last word counts.
CREATE TABLE tenants.settings (
    setting_id bigint PRIMARY KEY,
    level text NOT NULL CHECK (level IN ('operator', 'facility', 'tenant', 'shop')),
    of_id bigint NOT NULL,                       -- the party; of a shop, the shop
    tenant_id bigint REFERENCES tenants.tenants, -- whose it is; NULL: everybody's in the place
    key text NOT NULL CHECK (key ~ '^[a-z_]{1,40}(:[A-Za-z0-9_.:/-]{1,64})?$'),
    from_on date NOT NULL,
    value jsonb,
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    decided_at timestamptz NOT NULL,
    CHECK ((tenant_id IS NOT NULL) = (level IN ('tenant', 'shop'))),
    CHECK (level <> 'tenant' OR of_id = tenant_id),
    CHECK (level <> 'operator' OR of_id = 1)
);
ALTER TABLE tenants.settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.settings FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON tenants.settings FOR SELECT TO meguri_app
USING (tenant_id IS NULL OR tenant_id = federation.reader());
CREATE POLICY whole ON tenants.settings FOR SELECT
TO meguri_counter, meguri_desk, meguri_auditor USING (true);
CREATE POLICY lay_out ON tenants.settings TO meguri_worker USING (true) WITH CHECK (true);

-- What an operator declared of a place: "rain" from 14:00 to 17:00. Points are given in that slot by
-- whoever's sale lies in it; what was booked before it was withdrawn stays booked.
CREATE TABLE tenants.declarations (
    declaration_id bigint PRIMARY KEY,
    facility_id bigint REFERENCES tenants.facilities,   -- NULL: everywhere
    code text NOT NULL CHECK (code ~ '^[a-z][a-z0-9-]{0,30}$'),
    from_at timestamptz NOT NULL,
    to_at timestamptz NOT NULL CHECK (to_at > from_at),
    tenths integer NOT NULL CHECK (tenths BETWEEN 11 AND 1000),   -- 2倍 is 20
    funders jsonb NOT NULL,
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    declared_at timestamptz NOT NULL,
    withdrawn_at timestamptz,
    withdrawn_by text,
    withdrawn_for text,
    CHECK (
        (withdrawn_at IS NULL) = (withdrawn_by IS NULL)
        AND (withdrawn_at IS NULL) = (withdrawn_for IS NULL)
    )
);

-- Terms that name no rate, limit or excluded goods leave them to the levels above the shop.
ALTER TABLE tenants.terms ALTER COLUMN yen_per_point DROP NOT NULL;
ALTER TABLE tenants.terms ALTER COLUMN static_card_limit_points DROP NOT NULL;
ALTER TABLE tenants.terms ALTER COLUMN excluded_categories DROP NOT NULL;

-- A campaign of 1.5倍 is multiplier 1 and 5 tenths; one that multiplies does so with all that was given
-- before it, where others add up.
ALTER TABLE tenants.campaigns ADD COLUMN tenths smallint NOT NULL DEFAULT 0 CHECK (tenths BETWEEN 0 AND 9);
ALTER TABLE tenants.campaigns ADD COLUMN multiplies boolean NOT NULL DEFAULT false;
ALTER TABLE tenants.campaigns DROP CONSTRAINT campaigns_multiplier_check;
ALTER TABLE tenants.campaigns ADD CONSTRAINT campaigns_multiplier_check
CHECK (multiplier BETWEEN 1 AND 100 AND multiplier * 10 + tenths BETWEEN 11 AND 1000);

-- A rate of a category or a tender is a shop's base; quiet hours and weather are campaigns.
CREATE OR REPLACE FUNCTION settlement.kind_of(rule text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE split_part(rule, ':', 1)
    WHEN 'base' THEN 'base' WHEN 'category' THEN 'base' WHEN 'tender' THEN 'base'
    WHEN 'campaign' THEN 'campaign' WHEN 'hour' THEN 'campaign' WHEN 'weather' THEN 'campaign'
    ELSE 'rank'
END;

GRANT SELECT ON tenants.settings, tenants.declarations TO
meguri_app, meguri_desk, meguri_counter, meguri_worker, meguri_auditor;
GRANT INSERT ON tenants.settings, tenants.declarations TO meguri_worker;
GRANT UPDATE (withdrawn_at, withdrawn_by, withdrawn_for) ON tenants.declarations TO meguri_worker;
