-- The instant before which nothing is here any more; NULL where all of it is.
SELECT max(until_at) AS until_at FROM federation.detached
