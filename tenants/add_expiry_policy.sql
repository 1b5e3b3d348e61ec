-- How long points of a kind last that are earned from a business date on.
INSERT INTO tenants.expiry_policies (
    kind, from_on, policy, months, month_end, expires_on, qualifying, author, reason
)
VALUES (
    %(kind)s::text, %(from_on)s::date, %(policy)s::text, %(months)s::smallint,
    %(month_end)s::boolean, %(expires_on)s::date, %(qualifying)s::text [], %(author)s::text,
    %(reason)s::text
)
