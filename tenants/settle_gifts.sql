-- What became of gifts: one that was due no more while it was booked is taken back after all.
UPDATE tenants.gifts
SET
    state = CASE
        WHEN gifts.state = 'void' AND g.state = 'booked' THEN 'undoing'
        WHEN gifts.state = 'void' THEN 'void'
        ELSE g.state
    END,
    told = g.told
FROM json_to_recordset(%(gifts)s::json) AS g (slip text, state text, told text)
WHERE gifts.slip = g.slip
