-- What the operator's bank asks for, from a day on.
INSERT INTO settlement.bank_profiles (
    from_on, entered_at, originator_code, holder, bank, branch, deposit, number,
    transfer_lead_bank_days, transfer_until, debit_lead_bank_days, debit_until, debit_day,
    ahead_bank_days, most_transfers, most_debits, ending, takes_test_bank, payer_fees_yen, author,
    reason
)
SELECT
    %(from_on)s::date,
    greatest(%(entered_at)s::timestamptz, max(entered_at) + interval '1 microsecond'),
    %(originator_code)s::text, %(holder)s::text,
    %(bank)s::text, %(branch)s::text, %(deposit)s::text, %(number)s::text,
    %(transfer_lead_bank_days)s::smallint, %(transfer_until)s::time,
    %(debit_lead_bank_days)s::smallint, %(debit_until)s::time, %(debit_day)s::smallint,
    %(ahead_bank_days)s::smallint, %(most_transfers)s::integer, %(most_debits)s::integer,
    %(ending)s::text, %(takes_test_bank)s::boolean, %(payer_fees_yen)s::integer [],
    %(author)s::text, %(reason)s::text
FROM settlement.bank_profiles
