-- Shops take part in a campaign, or stay out of it where that is allowed: those that are named, else all
-- of a facility, else all. What becomes of each is answered.
WITH campaign AS (
    SELECT campaign_id, facility_id, listed_shops, may_opt_out, state
    FROM tenants.campaigns
    WHERE code = %(code)s::text AND state IN ('draft', 'reviewed', 'live', 'paused')
),

named AS (
    SELECT
        coalesce(n.shop, parties.code || '/' || shops.code) AS shop,
        shops.shop_id,
        shops.facility_id
    FROM tenants.shops
    INNER JOIN tenants.parties ON parties.party_id = shops.tenant_id
    FULL JOIN unnest(%(shops)s::text []) AS n (shop) ON n.shop = parties.code || '/' || shops.code
    LEFT JOIN tenants.parties AS facility ON facility.party_id = shops.facility_id
    WHERE
        CASE
            WHEN %(shops)s::text [] IS NOT NULL THEN n.shop IS NOT NULL
            ELSE
                parties.kind = 'tenant'
                AND (%(facility)s::text IS NULL OR facility.code = %(facility)s)
        END
),

judged AS (
    SELECT
        named.shop,
        named.shop_id,
        CASE
            WHEN named.shop_id IS NULL THEN 'unknown'
            WHEN named.facility_id <> campaign.facility_id THEN 'elsewhere'
            WHEN campaign.facility_id IS NOT NULL AND named.facility_id IS NULL THEN 'elsewhere'
            WHEN NOT %(takes_part)s::boolean AND NOT campaign.may_opt_out AND NOT campaign.listed_shops
                THEN 'not-allowed'
            WHEN standing.takes_part = %(takes_part)s::boolean THEN 'unchanged'
            WHEN standing.takes_part IS NULL AND %(takes_part)s::boolean <> campaign.listed_shops
                THEN 'unchanged'
            WHEN %(takes_part)s::boolean THEN 'takes-part'
            ELSE 'stays-out'
        END AS result
    FROM campaign
    CROSS JOIN named
    LEFT JOIN tenants.campaign_shops AS standing
        ON standing.campaign_id = campaign.campaign_id AND standing.shop_id = named.shop_id
),

put AS (
    INSERT INTO tenants.campaign_shops (campaign_id, shop_id, takes_part, by_client, reason, at)
    SELECT
        campaign.campaign_id, judged.shop_id, %(takes_part)s::boolean, %(who)s::text, %(reason)s::text,
        %(now)s::timestamptz
    FROM campaign
    CROSS JOIN judged
    WHERE judged.result IN ('takes-part', 'stays-out')
    ON CONFLICT (campaign_id, shop_id) DO UPDATE SET
    takes_part = excluded.takes_part, by_client = excluded.by_client, reason = excluded.reason,
    at = excluded.at
)

SELECT shop, result FROM judged ORDER BY shop
