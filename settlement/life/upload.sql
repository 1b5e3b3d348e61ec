-- What was answered when a file of the bank came first.
SELECT answer FROM settlement.bank_uploads WHERE sha256 = %(sha256)s::bytea
