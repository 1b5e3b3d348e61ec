-- What a campaign would have given on the sales of some days, by tenant and facility: base times its
-- rate less one, under its caps per receipt and per member, to its segment without its control group.
WITH campaign AS (
    SELECT * FROM tenants.campaigns WHERE code = %(code)s::text AND state <> 'rewritten'
),

sale AS (
    SELECT
        entries.member_id, entries.entry_id, tenant.code AS tenant, facility.code AS facility,
        sum(lots.points) AS base
    FROM campaign
    CROSS JOIN federation.entries
    INNER JOIN federation.lots USING (member_id, entry_id)
    INNER JOIN tenants.shops ON shops.shop_id = entries.shop_id
    INNER JOIN tenants.parties AS tenant ON tenant.party_id = shops.tenant_id
    LEFT JOIN tenants.parties AS facility ON facility.party_id = shops.facility_id
    LEFT JOIN tenants.campaign_shops AS standing
        ON standing.campaign_id = campaign.campaign_id AND standing.shop_id = shops.shop_id
    WHERE
        entries.kind = 'accrual'
        AND entries.business_date BETWEEN %(from_on)s::date AND %(to_on)s::date
        AND lots.rule = 'base'
        AND (campaign.facility_id IS NULL OR campaign.facility_id = shops.facility_id)
        AND coalesce(standing.takes_part, NOT campaign.listed_shops)
        AND (campaign.segment IS NULL OR EXISTS (
            SELECT FROM tenants.segment_members AS member
            WHERE
                member.segment = campaign.segment
                AND member.member_id = entries.member_id
                AND member.until_on IS NULL
        ))
        AND NOT EXISTS (
            SELECT FROM federation.entries AS undone
            WHERE
                undone.member_id = entries.member_id
                AND undone.of_entry_id = entries.entry_id
                AND undone.kind = 'reversal'
        )
    GROUP BY entries.member_id, entries.entry_id, tenant.code, facility.code
),

treated AS (
    SELECT
        sale.*,
        least(
            sale.base * (campaign.multiplier - 1), campaign.cap_points_per_receipt
        ) AS points,
        campaign.cap_points_per_member AS cap
    FROM sale
    CROSS JOIN campaign
    CROSS JOIN LATERAL (
        SELECT sha256(convert_to(campaign.code || '/' || sale.member_id, 'UTF8')) AS digest
    ) AS hashed
    WHERE
        (
            get_byte(digest, 0) * 65536 + get_byte(digest, 1) * 256 + get_byte(digest, 2)
        ) %% 10000 >= campaign.control_bp
),

capped AS (     -- what is left of the cap per member, as the sales came
    SELECT
        treated.*,
        greatest(0, least(treated.points, treated.cap - coalesce(sum(treated.points) OVER (
            PARTITION BY treated.member_id ORDER BY treated.entry_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), 0))) AS given
    FROM treated
)

SELECT
    tenant, facility, count(*) AS receipts, count(DISTINCT member_id) AS members,
    sum(given)::text AS points
FROM capped
GROUP BY tenant, facility
ORDER BY tenant, facility
