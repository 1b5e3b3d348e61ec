-- The papers that were issued, oldest first, as far as the reader may see them: by closing day, by
-- amount, by party (電子帳簿保存法: 取引年月日・取引金額・取引先), each with what proves its bytes.
SELECT
    papers.cycle_id, parties.code AS party, parties.name, papers.kind, papers.issue,
    papers.edition,
    papers.issued_at, papers.issued_by, encode(papers.sha256, 'hex') AS sha256,
    octet_length(papers.body) AS bytes, cycles.last_on AS closing_on, statements.total_yen
FROM settlement.papers
INNER JOIN settlement.statements USING (cycle_id, party_id)
INNER JOIN federation.cycles USING (cycle_id)
INNER JOIN tenants.parties USING (party_id)
WHERE
    (%(party)s::text IS NULL OR parties.code = %(party)s)
    AND (%(from_on)s::date IS NULL OR cycles.last_on >= %(from_on)s)
    AND (%(to_on)s::date IS NULL OR cycles.last_on <= %(to_on)s)
    AND (%(least_yen)s::bigint IS NULL OR statements.total_yen >= %(least_yen)s)
    AND (%(most_yen)s::bigint IS NULL OR statements.total_yen <= %(most_yen)s)
ORDER BY papers.issued_at, papers.cycle_id, papers.party_id, papers.kind, papers.issue
LIMIT %(most)s::integer OFFSET %(passed)s::bigint
