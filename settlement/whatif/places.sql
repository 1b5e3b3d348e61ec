-- Every shop, whose it is and in which facility.
SELECT shop_id, code, tenant_id, facility_id FROM tenants.shops
