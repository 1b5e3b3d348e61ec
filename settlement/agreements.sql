-- All that was ever agreed, in the order in which it was.
SELECT
    terms.version, parties.code AS party, terms.from_on, terms.point_fee_milliyen,
    terms.redeem_fee_bp, terms.monthly_fee_yen, terms.terminal_fee_yen, terms.minimum_yen,
    terms.net_level, terms.calendar, terms.prorated, terms.joined_on, terms.left_on, terms.author,
    terms.reason, terms.agreed_at
FROM settlement.terms
LEFT JOIN tenants.parties USING (party_id)
ORDER BY terms.version
