-- What an outside programme says that it gave in a tenant's shops: what is known word for word is not
-- written again; the rows that are new come back, or those that were told otherwise before (`differs`).
WITH told AS (
    SELECT
        shops.tenant_id, shops.shop_id, asked.reference, asked.business_date, asked.points,
        asked.paid_yen
    FROM json_to_recordset(%(rows)s::json) AS asked (
        reference text, shop text, business_date date, points bigint, paid_yen bigint
    )
    INNER JOIN tenants.parties ON parties.code = %(tenant)s::text
    INNER JOIN tenants.shops
        ON shops.tenant_id = parties.party_id AND shops.code = asked.shop
),

known AS (
    SELECT
        told.reference,
        (one.shop_id, one.business_date, one.points, one.paid_yen)
        <> (told.shop_id, told.business_date, told.points, told.paid_yen) AS differs
    FROM told
    INNER JOIN tenants.foreign_points AS one
        ON one.programme = %(programme)s::text AND one.reference = told.reference
),

fresh AS (
    INSERT INTO tenants.foreign_points (
        tenant_id, shop_id, programme, business_date, reference, points, paid_yen, author,
        recorded_at
    )
    SELECT
        told.tenant_id, told.shop_id, %(programme)s, told.business_date, told.reference, told.points,
        told.paid_yen, %(author)s::text, %(now)s::timestamptz
    FROM told
    WHERE told.reference NOT IN (SELECT known.reference FROM known)
    RETURNING reference
)

SELECT
    (SELECT count(*) FROM told) AS told, (SELECT count(*) FROM fresh) AS fresh,
    (SELECT coalesce(array_agg(known.reference ORDER BY known.reference), '{}') FROM known WHERE known.differs)
        AS differs
