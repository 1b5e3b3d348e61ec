-- A notice of headquarters.
INSERT INTO tenants.board_notices (
    notice_id, level, place_id, title, title_en, body, body_en, from_on, to_on, to_be_seen, author,
    made_at
)
VALUES (
    nextval('tenants.ids'), %(level)s::text, %(place_id)s::bigint, %(title)s::text,
    %(title_en)s::text, %(body)s::text, %(body_en)s::text, %(from_on)s::date, %(to_on)s::date,
    %(to_be_seen)s::boolean, %(who)s::text, %(now)s::timestamptz
)
RETURNING notice_id
