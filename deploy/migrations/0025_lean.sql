-- What a booking no longer needs. Every version that serves beside this one reads packed answers (0024)
-- and lines up for a member before it looks.
-- Contracts: unused since 0024
-- squawk-ignore-file disallowed-unique-constraint, ban-drop-constraint
ALTER TABLE federation.answers DROP CONSTRAINT answers_pkey;
ALTER TABLE federation.journal DROP CONSTRAINT journal_member_id_entry_id_booked_at_key;
