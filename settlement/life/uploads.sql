-- Every file that came from the bank, in the order in which they came.
SELECT kind, cycle_id, plan, body, taken_at AS now
FROM settlement.bank_uploads
ORDER BY taken_at, sha256
