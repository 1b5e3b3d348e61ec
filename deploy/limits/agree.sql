-- Other limits of a client, or of everybody else, from now on.
INSERT INTO tenants.limits (
    client_id, per_second, burst, till_per_second, till_burst, author, reason
)
VALUES (
    %(client_id)s::text, %(per_second)s::integer, %(burst)s::integer, %(till_per_second)s::integer,
    %(till_burst)s::integer, %(author)s::text, %(reason)s::text
)
ON CONFLICT (client_id) DO UPDATE SET
    per_second = excluded.per_second, burst = excluded.burst,
    till_per_second = excluded.till_per_second, till_burst = excluded.till_burst,
    author = excluded.author, reason = excluded.reason
