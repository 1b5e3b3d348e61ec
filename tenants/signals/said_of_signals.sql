SELECT DISTINCT ON (signal) signal, decision, reason, who, at
FROM tenants.signal_words
WHERE signal = ANY(%(signals)s::text [])
ORDER BY signal, number DESC
