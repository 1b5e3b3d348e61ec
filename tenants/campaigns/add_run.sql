-- A correction that is asked for; it is counted before anybody decides.
INSERT INTO tenants.correction_runs (
    run, campaign, from_on, to_on, multiplier, cap_points_per_receipt, shortage, proposed_by, reason,
    proposed_at
)
VALUES (
    %(run)s::text, %(campaign)s::text, %(from_on)s::date, %(to_on)s::date, %(multiplier)s::integer,
    %(cap_points_per_receipt)s::bigint, %(shortage)s::text, %(who)s::text, %(reason)s::text,
    %(now)s::timestamptz
)
