-- Room for answers that are packed (federation/packing.py), and for slips that are known by half a
-- SHA-256. This version reads both and writes as before; the next one writes them (0025).
-- squawk-ignore-file constraint-missing-not-valid, require-concurrent-index-creation, ban-drop-not-null
ALTER TABLE federation.answers ALTER COLUMN body DROP NOT NULL;
ALTER TABLE federation.answers ADD COLUMN packed bytea;
ALTER TABLE federation.answers ADD CONSTRAINT answers_one_way CHECK (num_nonnulls(body, packed) = 1);
-- An answer is found by the instant of its batch, which its slip knows: neighbours in the index.
CREATE INDEX answers_of_batch ON federation.answers (booked_at, shop_id);

-- Lots of entries that are here: entries that left with their month are not. Without the journal's
-- second key, which only this view asked for one entry at a time.
CREATE OR REPLACE VIEW federation.attached_lots WITH (security_invoker = true) AS
SELECT lots.member_id, lots.entry_id, lots.part, lots.points, lots.points_left
FROM federation.lots
WHERE
    NOT EXISTS (SELECT FROM federation.detached)
    OR EXISTS (
        SELECT FROM federation.entries
        WHERE entries.member_id = lots.member_id AND entries.entry_id = lots.entry_id
    );
