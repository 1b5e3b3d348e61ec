-- The operator's bank profile in force on a day.
SELECT
    originator_code, holder, bank, branch, deposit, number, transfer_lead_bank_days, transfer_until,
    debit_lead_bank_days, debit_until, debit_day, ahead_bank_days, most_transfers, most_debits,
    ending, takes_test_bank, payer_fees_yen
FROM settlement.bank_profiles
WHERE from_on <= %(day)s::date
ORDER BY from_on DESC, entered_at DESC
LIMIT 1
