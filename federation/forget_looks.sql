-- What was seen longer ago than that is forgotten minute by minute; breaks are kept.
DELETE FROM federation.looks WHERE minute_at < %(before)s::timestamptz
