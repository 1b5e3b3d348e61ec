-- What is due, and what shall be taken back, with who took part: the shop's tenant and facility. Who has
-- become one with another gets it as that one.
SELECT
    gifts.slip, coalesce(members.merged_into, gifts.member_id) AS member_id, gifts.occasion_id,
    gifts.points, gifts.due_on, gifts.given_on, gifts.state,
    tenant.party_id AS tenant_id, tenant.code AS tenant, facility.party_id AS facility_id,
    facility.code AS facility,
    coalesce(granting.stopped, false) AS stopped        -- its tenant gives no points of its own (付与停止)
FROM tenants.gifts
INNER JOIN federation.members USING (member_id)
LEFT JOIN tenants.shops ON shops.shop_id = gifts.shop_id
LEFT JOIN tenants.parties AS tenant ON tenant.party_id = shops.tenant_id
LEFT JOIN tenants.parties AS facility ON facility.party_id = shops.facility_id
LEFT JOIN (
    SELECT DISTINCT ON (tenant_id) tenant_id, stopped FROM tenants.granting
    ORDER BY tenant_id, number DESC
) AS granting ON granting.tenant_id = shops.tenant_id
WHERE gifts.state IN ('waiting', 'undoing')
ORDER BY gifts.slip
LIMIT %(most)s::integer
