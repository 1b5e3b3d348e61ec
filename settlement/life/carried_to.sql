-- To which cycle a payment was carried, and with what.
SELECT adjustments.reference, parties.code AS party, adjustments.yen, calendar.first_on AS cycle
FROM settlement.adjustments
INNER JOIN tenants.parties ON parties.party_id = adjustments.party_id
INNER JOIN federation.cycles AS calendar ON calendar.cycle_id = adjustments.cycle_id
WHERE
    adjustments.reference = %(reference)s::text
    AND adjustments.party_id = adjustments.of_party_id
