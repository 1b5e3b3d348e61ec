UPDATE tenants.benefit_uses
SET
    undone_at = %(now)s::timestamptz, undone_slip = %(slip)s::text,
    undone_staff = %(staff)s::text, undone_for = %(reason)s::text
WHERE shop_id = %(shop_id)s::bigint AND slip = %(of)s::text AND undone_at IS NULL
