-- Every campaign's code with the facility it runs in; NULL: everywhere.
SELECT code, facility_id FROM tenants.campaigns WHERE state <> 'rewritten'
