-- A door was shut: the booking desk looks again before its next slip.
UPDATE federation.doors SET moved = moved + 1
