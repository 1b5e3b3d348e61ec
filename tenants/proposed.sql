-- What a slip proposed.
SELECT proposal_id, fingerprint FROM tenants.proposals WHERE slip = %(slip)s::text
