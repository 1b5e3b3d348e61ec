-- Every version of every occasion.
SELECT
    occasions.occasion_id, occasions.code, occasions.kind, occasions.from_on, occasions.facility_id,
    facility.code AS facility, occasions.points, occasions.friend_points, occasions.per,
    occasions.most_per_year, occasions.paid_yen_from, occasions.stamps, occasions.open_days,
    occasions.prize, occasions.lasts_days, occasions.ring_fenced, occasions.running,
    occasions.facility_weight, occasions.operator_weight, occasions.tenant_weight, occasions.name,
    occasions.name_en
FROM tenants.occasions
LEFT JOIN tenants.parties AS facility ON facility.party_id = occasions.facility_id
ORDER BY occasions.code, occasions.from_on, occasions.occasion_id
