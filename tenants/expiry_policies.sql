-- How long points of each kind last, all dates.
SELECT kind, from_on, policy, months, month_end, expires_on, qualifying
FROM tenants.expiry_policies
ORDER BY kind, from_on
