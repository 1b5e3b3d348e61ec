-- Files of which every line is decided.
UPDATE tenants.batches AS batch
SET state = 'settled'
WHERE
    batch.tenant_id = %(tenant_id)s::bigint
    AND batch.state = 'open'
    AND NOT EXISTS (
        SELECT FROM tenants.batch_lines AS line
        WHERE
            line.tenant_id = batch.tenant_id
            AND line.batch_id = batch.batch_id
            AND line.state IN ('received', 'judged', 'waiting')
    )
