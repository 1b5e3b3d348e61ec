-- Campaigns that run or begin soon, of a facility or of all, for everybody or for this member.
SELECT
    campaigns.code, campaigns.name, campaigns.name_en, campaigns.from_on, campaigns.to_on,
    campaigns.multiplier, campaigns.tenths, campaigns.expires_on, places.code AS facility,
    places.name AS facility_name, places.name_en AS facility_name_en,
    campaigns.from_on > %(today)s::date AS soon
FROM tenants.campaigns
LEFT JOIN tenants.parties AS places ON places.party_id = campaigns.facility_id
WHERE
    campaigns.state = 'live'
    AND campaigns.to_on >= %(today)s::date AND campaigns.from_on <= %(today)s::date + 30
    AND (%(facility)s::text IS NULL OR places.code IS NULL OR places.code = %(facility)s::text)
    AND (
        %(shop_id)s::bigint IS NULL
        OR NOT EXISTS (
            SELECT FROM tenants.campaign_shops AS stays
            WHERE
                stays.campaign_id = campaigns.campaign_id AND NOT stays.takes_part
                AND stays.shop_id = %(shop_id)s::bigint
        )
        AND (
            NOT campaigns.listed_shops
            OR EXISTS (
                SELECT FROM tenants.campaign_shops AS takes
                WHERE
                    takes.campaign_id = campaigns.campaign_id AND takes.takes_part
                    AND takes.shop_id = %(shop_id)s::bigint
            )
        )
    )
    AND (
        campaigns.segment IS NULL
        OR EXISTS (
            SELECT FROM tenants.segment_members AS named
            WHERE
                named.segment = campaigns.segment AND named.member_id = %(member_id)s::bigint
                AND named.since_on <= %(today)s::date
                AND (named.until_on IS NULL OR named.until_on >= %(today)s::date)
        )
    )
ORDER BY campaigns.from_on, campaigns.code
LIMIT 50
