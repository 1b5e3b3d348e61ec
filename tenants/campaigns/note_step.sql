-- A step of a campaign's life, as it was taken.
INSERT INTO tenants.campaign_steps (
    campaign_id, step, from_state, to_state, to_on, by_client, reason, at
)
SELECT
    campaigns.campaign_id,
    1 + (
        SELECT count(*) FROM tenants.campaign_steps
        INNER JOIN tenants.campaigns AS versions USING (campaign_id)
        WHERE versions.code = campaigns.code
    ),
    %(from_state)s::text, %(to_state)s::text, %(to_on)s::date, %(who)s::text, %(reason)s::text,
    %(now)s::timestamptz
FROM tenants.campaigns
WHERE campaigns.code = %(code)s::text AND campaigns.state <> 'rewritten'
