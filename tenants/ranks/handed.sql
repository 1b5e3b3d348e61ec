-- What was handed over to a member, or to who has become one with it, without a point; newest first.
SELECT
    uses.benefit AS what, shops.code AS shop, uses.till, uses.slip, uses.business_date,
    uses.used_at AS at, uses.staff, uses.undone_at AS taken_back_at,
    uses.undone_staff AS taken_back_by, uses.undone_for AS taken_back_for
FROM tenants.benefit_uses AS uses
INNER JOIN tenants.shops USING (shop_id)
WHERE uses.member_id IN (
    SELECT kin.member_id FROM federation.members AS kin
    WHERE kin.member_id = %(member_id)s::bigint OR kin.merged_into = %(member_id)s::bigint
)
ORDER BY uses.used_at DESC, uses.undone_at DESC NULLS FIRST, uses.slip DESC
LIMIT 200
