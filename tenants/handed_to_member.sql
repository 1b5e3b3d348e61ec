-- The prizes and benefits that were handed over to a member, or to who has become one with it.
SELECT uses.benefit AS what, shops.code AS shop, uses.used_at AS at, uses.undone_at AS taken_back_at
FROM tenants.benefit_uses AS uses
INNER JOIN tenants.shops USING (shop_id)
WHERE uses.member_id IN (
    SELECT kin.member_id FROM federation.members AS kin
    WHERE kin.member_id = %(member_id)s::bigint OR kin.merged_into = %(member_id)s::bigint
)
ORDER BY uses.used_at, uses.slip
