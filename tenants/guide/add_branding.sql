-- A new look of a facility; without a logo, the one before stays.
INSERT INTO tenants.brandings (
    facility_id, from_on, name, name_en, colour, dark_colour, words, words_en, logo, author, reason,
    at
)
SELECT
    %(facility_id)s::bigint, %(from_on)s::date, %(name)s::text, %(name_en)s::text,
    %(colour)s::text, %(dark_colour)s::text, %(words)s::text, %(words_en)s::text,
    coalesce(%(logo)s::bytea, (
        SELECT one.logo FROM tenants.brandings AS one
        WHERE one.facility_id = %(facility_id)s::bigint AND one.from_on <= %(from_on)s::date
        ORDER BY one.from_on DESC, one.branding_id DESC
        LIMIT 1
    )),
    %(author)s::text, %(reason)s::text, %(now)s::timestamptz
