-- A file of members, and the proposal that its balances are.
SELECT imports.import_id, imports.client_id, imports.state, imports.rows, imports.approved_at,
    proposals.proposal_id
FROM tenants.imports
LEFT JOIN tenants.proposals ON proposals.slip = 'import:' || imports.import_id
WHERE imports.import_id = %(import_id)s::text
