-- A facility or a tenant takes part from a day on.
WITH party AS (
    INSERT INTO tenants.parties (party_id, kind, code, name, name_en)
    VALUES (
        nextval('tenants.ids'), %(kind)s::text, %(code)s::text, %(name)s::text, %(name_en)s::text
    )
    RETURNING party_id, kind
),

facility AS (
    INSERT INTO tenants.facilities (facility_id, opened_on)
    SELECT party_id, %(from_on)s::date FROM party WHERE kind = 'facility'
),

tenant AS (
    INSERT INTO tenants.tenants (tenant_id)
    SELECT party_id FROM party WHERE kind = 'tenant'
)

SELECT party_id FROM party
