-- One more word of a signal.
INSERT INTO tenants.signal_words (signal, number, decision, reason, who, at)
SELECT
    %(signal)s::text, 1 + count(*), %(decision)s::text, %(reason)s::text, %(who)s::text,
    %(now)s::timestamptz
FROM tenants.signal_words
WHERE signal = %(signal)s::text
