-- 会員サイト: how a facility looks to its members, what its shops tell of themselves, and which
-- facility a member calls its own. Rows are added and never changed: the latest holds.
CREATE TABLE tenants.brandings (
    branding_id bigint PRIMARY KEY DEFAULT nextval('tenants.ids'),
    facility_id bigint NOT NULL REFERENCES tenants.facilities,
    from_on date NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    name_en text NOT NULL CHECK (name_en <> ''),
    colour text NOT NULL CHECK (colour ~ '^#[0-9a-f]{6}$'),
    dark_colour text NOT NULL CHECK (dark_colour ~ '^#[0-9a-f]{6}$'),
    words text NOT NULL,
    words_en text NOT NULL,
    logo bytea CHECK (length(logo) <= 65536),
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    at timestamptz NOT NULL
);
CREATE INDEX brandings_of_facility ON tenants.brandings (facility_id, from_on);
GRANT SELECT ON tenants.brandings TO meguri_counter, meguri_worker, meguri_auditor;
GRANT INSERT ON tenants.brandings TO meguri_worker;

CREATE TABLE tenants.shop_pages (
    shop_id bigint NOT NULL REFERENCES tenants.shops,
    version integer NOT NULL CHECK (version > 0),
    tenant_id bigint NOT NULL REFERENCES tenants.tenants,
    floor text NOT NULL,
    floor_en text NOT NULL,
    phone text NOT NULL,
    hours text NOT NULL,
    hours_en text NOT NULL,
    guide text NOT NULL,
    guide_en text NOT NULL,
    faq jsonb NOT NULL CHECK (jsonb_typeof(faq) = 'array'),
    author text NOT NULL CHECK (author <> ''),
    at timestamptz NOT NULL,
    PRIMARY KEY (shop_id, version)
);
ALTER TABLE tenants.shop_pages ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.shop_pages FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON tenants.shop_pages FOR SELECT TO meguri_app
USING (tenant_id = federation.reader());
CREATE POLICY whole ON tenants.shop_pages FOR SELECT TO meguri_counter, meguri_auditor USING (true);
CREATE POLICY lay_out ON tenants.shop_pages TO meguri_worker USING (true) WITH CHECK (true);
GRANT SELECT ON tenants.shop_pages TO meguri_app, meguri_counter, meguri_worker, meguri_auditor;
GRANT INSERT ON tenants.shop_pages TO meguri_worker;

-- No row: the facility in which the member bought last.
CREATE TABLE tenants.member_homes (
    member_id bigint PRIMARY KEY,
    facility_id bigint NOT NULL REFERENCES tenants.facilities,
    chosen_at timestamptz NOT NULL
);
GRANT SELECT, INSERT ON tenants.member_homes TO meguri_worker;
GRANT UPDATE (facility_id, chosen_at) ON tenants.member_homes TO meguri_worker;
GRANT SELECT ON tenants.member_homes TO meguri_auditor;
