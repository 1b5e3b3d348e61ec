-- Whether this instance may hold personal data.
UPDATE tenants.privacy
SET
    no_personal_data = %(no_personal_data)s::boolean, author = %(author)s::text,
    reason = %(reason)s::text, changed_at = %(now)s::timestamptz
